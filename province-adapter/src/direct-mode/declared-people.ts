import type { ProvinceCode } from '@health-code/attestation';
import { createSyntheticPeople, type SyntheticPerson } from '../stand-in/synthetic-people.js';
import { assignmentRuleId, assignStatus, type DeclaredFacts } from './assignment-rules.js';

const WELL: DeclaredFacts = {
  temperature: 36.5,
  symptoms: [],
  highRiskAreaHistory: false,
  contactHistory: false,
  underIsolation: false,
};

/** What each synthetic person declared, in order; `undefined` never declared. */
const DECLARED: readonly (DeclaredFacts | undefined)[] = [
  WELL,
  WELL,
  { ...WELL, symptoms: ['2'] },
  { ...WELL, contactHistory: true },
  WELL,
  { ...WELL, temperature: 38.2 },
  { ...WELL, highRiskAreaHistory: true },
  undefined,
  WELL,
  { ...WELL, underIsolation: true },
  ...Array.from({ length: 10 }, () => WELL),
  undefined,
  WELL,
];

/** People of a province in direct mode, each with the status the published table gives; none exists. */
export function createDeclaredPeople(code: ProvinceCode): readonly SyntheticPerson[] {
  const fields = DECLARED.map((facts) => {
    if (facts === undefined) return { availability: 'not-applied' };
    const row = assignStatus(facts);
    return {
      availability: 'available',
      status: row.status,
      reason: row.reason,
      ruleId: assignmentRuleId(code, row),
      ruleVersion: row.version,
      evidence: row.evidence,
      guidance: row.guidance,
    };
  });
  return createSyntheticPeople(`99${code.slice(0, 2)}01`, fields);
}
