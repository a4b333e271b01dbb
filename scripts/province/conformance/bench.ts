import { createKeyRing, importProvinceKey, parseProvinceCode, type ProvinceKey, type ProvinceKeyRing } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { ConformanceError } from './errors.js';
import type { FaultPlayer } from './fault-proxy.js';
import type { KitCaller, CallOptions, Reply } from './kit-caller.js';
import type { KitFeed } from './kit-feed.js';
import type { KitHub } from './kit-hub.js';
import type { Golden, ProvinceFixture } from './province-fixture-schema.js';
import type { Subject, Subjects } from './subjects.js';

/** Keys as the adapter registered them; what is not one is told to `faults`. */
export interface RegisteredKeys {
  readonly ring: ProvinceKeyRing;
  readonly signing: readonly { readonly key: ProvinceKey; readonly proof: string }[];
  readonly sealing: readonly ProvinceKey[];
  readonly faults: readonly string[];
}

/** @throws nothing: a key that is none is a fault of the adapter */
export async function readRegisteredKeys(registration: v1.IRegisterRequest, province: string): Promise<RegisteredKeys> {
  const keys: { readonly key: ProvinceKey; readonly proof: string }[] = [];
  const faults: string[] = [];
  for (const { jwk, use, proof } of registration.keys ?? []) {
    try {
      const key = await importProvinceKey(JSON.parse(jwk ?? ''), parseProvinceCode(province));
      keys.push({ key, proof: proof ?? '' });
      if ((use === v1.KeyUse.KEY_USE_SIGNATURE) !== (key.use === 'sig')) faults.push(`key ${key.kid} is registered for another use than its JWK says`);
    } catch (error) {
      faults.push(`a key is none: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const all = keys.map(({ key }) => key);
  return { ring: createKeyRing(all), signing: keys.filter(({ key }) => key.use === 'sig'), sealing: all.filter(({ use }) => use === 'enc'), faults };
}

/** An answer that held an attestation: what the feed must hold too. */
export interface Answered {
  readonly sequence: number;
  readonly contentDigest: Uint8Array;
}

/** What the plays work with. */
export interface Bench {
  readonly province: string;
  readonly fixture: ProvinceFixture;
  readonly hub: KitHub;
  readonly feed: KitFeed;
  readonly caller: KitCaller;
  /** Undefined where nothing stands before the local system. */
  readonly proxy: FaultPlayer | undefined;
  readonly subjects: Subjects;
  readonly registration: v1.IRegisterRequest;
  readonly keys: RegisteredKeys;
  readonly answered: readonly Answered[];
  /** Name and number of people who took part: what no message may hold. */
  readonly particulars: ReadonlySet<string>;
  /** Somebody of a golden record, in its state; the same each time. */
  subject(golden: Golden): Promise<Subject>;
  /** The first golden record of a status. */
  golden(status: '00' | '01' | '10'): Golden;
  askCode(code: Uint8Array | string, options?: CallOptions): Promise<Reply>;
  askDocument(document: Subject['document'], options?: CallOptions): Promise<Reply>;
  /** The reference of a document; undefined where the province does not say. */
  reference(document: Subject['document']): Promise<string | undefined>;
  /** Beginning of the registered recogniser that takes `code`; empty where none does. */
  prefixOf(code: string): string;
}

/** Who asks: a checkpoint of another province, with what local systems demand. */
export const GATE: v1.ICheckpointContext = {
  province: '310000',
  checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_UNSPECIFIED,
  purpose: v1.Purpose.PURPOSE_CHECKPOINT,
  organisation: '91520000MA6DXXXX00',
  position: 'G60 Gate 1',
};

/** What a bench is made from. */
export type BenchParts = Pick<Bench, 'province' | 'fixture' | 'hub' | 'feed' | 'caller' | 'proxy' | 'subjects' | 'registration' | 'keys'>;

/** Puts the parts together and writes down what is answered. */
export function createBench(parts: BenchParts): Bench {
  const { province, fixture, caller, subjects, registration } = parts;
  const answered: Answered[] = [];
  const particulars = new Set<string>();
  const known = new Map<string, Promise<Subject>>();

  const noting = async (asked: Promise<Reply>): Promise<Reply> => {
    const reply = await asked;
    if (reply.kind === 'attested') answered.push({ sequence: reply.verified.attestation.sequence, contentDigest: reply.verified.contentDigest });
    return reply;
  };
  return {
    ...parts,
    answered,
    particulars,
    subject: async (golden) => {
      const subject = known.get(golden.name) ?? subjects.of(golden);
      known.set(golden.name, subject);
      for (const text of (await subject).particulars) particulars.add(text);
      return subject;
    },
    golden: (status) => {
      const found = fixture.golden.find(({ record }) => record.status === status);
      if (found === undefined) throw new ConformanceError('FIXTURE_INVALID', `no golden record of status ${status}`);
      return found;
    },
    askCode: (code, options) =>
      noting(caller.ask({ attestCode: { code: typeof code === 'string' ? Buffer.from(code) : code, context: GATE, kind: v1.AttestationKind.ATTESTATION_KIND_HEALTH_STATUS } }, options)),
    askDocument: (document, options) =>
      noting(caller.ask({ attestPerson: { identityDocument: { ...document, homeProvince: province }, context: GATE, kind: v1.AttestationKind.ATTESTATION_KIND_HEALTH_STATUS } }, options)),
    reference: async (document) => {
      if (document === undefined) return undefined;
      const reply = await caller.ask({ resolveReference: { identityDocument: { ...document, homeProvince: province } } });
      return reply.kind === 'reference' ? reply.subject : undefined;
    },
    prefixOf: (code) => {
      const taking = (registration.recognisers ?? []).map(({ prefix }) => prefix ?? '').filter((prefix) => code.startsWith(prefix));
      return taking.sort((one, other) => other.length - one.length)[0] ?? '';
    },
  };
}
