import { ConformanceError } from './errors.js';
import type { LocalPerson, LocalPorts } from './local-ports.js';
import type { Golden, ProvinceFixture } from './province-fixture-schema.js';

/** Somebody of a golden record, in the state it says. */
export interface Subject {
  readonly golden: Golden;
  readonly document?: { readonly type: string; readonly number: string };
  /** Name and number that no attestation may hold. */
  readonly particulars: readonly string[];
  /** A code to show; a fresh one where the local system issues them. */
  code(): Promise<string>;
}

/** The people the kit works with. */
export interface Subjects {
  /** Somebody of the record, put into its state; the same person each time. */
  of(golden: Golden): Promise<Subject>;
  /** Somebody who was green, with a local status that nobody listed; undefined without ports. */
  withValue(value: string): Promise<Subject | undefined>;
  /** A code of somebody of the record that was issued so long ago; undefined without ports. */
  oldCode(golden: Golden, ageSeconds: number): Promise<string | undefined>;
}

function listedSubject(golden: Golden): Subject {
  const codes = golden.codes ?? [];
  let shown = 0;
  return {
    golden,
    ...(golden.document === undefined ? {} : { document: golden.document }),
    particulars: golden.document === undefined ? [] : [golden.document.number],
    code: () => Promise.resolve(codes[shown++ % codes.length] ?? ''),
  };
}

/** People who stand in the fixture with their codes. */
function openListed(): Subjects {
  const known = new Map<string, Subject>();
  return {
    of: (golden) => {
      const subject = known.get(golden.name) ?? listedSubject(golden);
      known.set(golden.name, subject);
      return Promise.resolve(subject);
    },
    withValue: () => Promise.resolve(undefined),
    oldCode: () => Promise.resolve(undefined),
  };
}

const IDENTITY_CARD = '01';

/** People of a local system that offers the ports: one of them for each golden record, and one more for unknown values. */
async function openWithPorts(ports: LocalPorts, fixture: ProvinceFixture): Promise<Subjects> {
  const people = (await ports.people()).filter(({ documentType }) => documentType === IDENTITY_CARD);
  if (people.length <= fixture.golden.length) {
    throw new ConformanceError('LOCAL_SYSTEM_UNUSABLE', `the local system under test has ${String(people.length)} people with an identity card; ${String(fixture.golden.length + 1)} are needed`);
  }
  const personAt = (index: number): LocalPerson => {
    const person = people[index];
    if (person === undefined) throw new ConformanceError('LOCAL_SYSTEM_UNUSABLE', 'the local system under test has too few people');
    return person;
  };
  const personOf = (golden: Golden): LocalPerson => personAt(fixture.golden.indexOf(golden));
  const subjectOf = (golden: Golden, person: LocalPerson): Subject => ({
    golden,
    document: { type: person.documentType, number: person.documentNumber },
    particulars: [person.documentNumber, person.name],
    code: () => ports.issueCode(person, 0),
  });
  return {
    of: async (golden) => {
      const person = personOf(golden);
      await ports.setStatus(person, golden.local?.value ?? '', golden.local?.fields ?? {});
      return subjectOf(golden, person);
    },
    withValue: async (value) => {
      const person = personAt(fixture.golden.length);
      await ports.setStatus(person, value, {});
      const golden: Golden = { name: 'unknown', record: { availability: 'unavailable' }, local: { value, fields: {} } };
      return subjectOf(golden, person);
    },
    oldCode: async (golden, ageSeconds) => {
      const person = personOf(golden);
      await ports.setStatus(person, golden.local?.value ?? '', golden.local?.fields ?? {});
      return ports.issueCode(person, ageSeconds);
    },
  };
}

/** @throws ConformanceError LOCAL_SYSTEM_UNUSABLE */
export function openSubjects(fixture: ProvinceFixture, ports: LocalPorts | undefined): Promise<Subjects> {
  if (!fixture.ports) return Promise.resolve(openListed());
  if (ports === undefined) throw new ConformanceError('LOCAL_SYSTEM_UNUSABLE', 'conformance.yaml counts on the ports of a local system under test, and no address of one was given (--local-system)');
  return openWithPorts(ports, fixture);
}
