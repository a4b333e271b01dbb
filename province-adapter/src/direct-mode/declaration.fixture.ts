import { parseIdentityDocument } from '@health-code/attestation';
import type { DeclaringAgent, HealthDeclaration } from '../national-code-port.js';
import { syntheticIdNumber } from '../stand-in/synthetic-people.js';

/** Somebody who is nobody: a document and a reference. */
export type Somebody = Pick<HealthDeclaration, 'document' | 'subjectReference'>;

/** People whom no stand-in knows yet, one after another, and what they declare. */
export class Declarants {
  #count = 0;

  /** @param region six digits beginning with 99 */
  constructor(private readonly region: string) {}

  next(): Somebody {
    this.#count += 1;
    return {
      document: parseIdentityDocument('01', syntheticIdNumber(this.region, this.#count)),
      subjectReference: `1.${String(this.#count).padStart(42, 'A')}A`,
    };
  }

  /** Somebody who is well, but for `facts`. */
  declare(facts: Partial<HealthDeclaration> = {}): HealthDeclaration {
    return {
      ...this.next(),
      name: '测试甲',
      sex: '1',
      nationality: 'CHN',
      registeredRegion: '',
      address: '',
      phone: '19900000000',
      medicalHistory: [],
      temperature: 36.5,
      symptoms: [],
      highRiskAreaHistory: false,
      contactHistory: false,
      underIsolation: false,
      declaredAt: Math.floor(Date.now() / 1000),
      ...facts,
    };
  }

  agent(): DeclaringAgent {
    return { ...this.next(), name: '测试乙', relationship: 'child' };
  }
}
