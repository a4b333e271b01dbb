import { packPresentation } from '@health-code/attestation';
import { OTHER_SYSTEMS, truncated, withFlippedSignature, withForeignKey, withOtherStatus, withTwinSignature } from './offline-codes.js';
import type { Held } from './offline-people.js';
import { recognisedAs, refusedAs, type Outcome } from './offline-verdict.js';

/** One code of the hour, and what has to come of it. */
export interface ShownCode {
  /** What it is, for whoever reads the story. */
  readonly title: string;
  readonly code: string;
  /** @param now seconds since the epoch, by the checkpoint's clock */
  readonly expected: (now: number) => Outcome;
}

/** Who comes to the gate, by what became of them while it was connected. */
export interface Travellers {
  readonly green: Held;
  /** Yellow since a moment ago, and what they held before. */
  readonly yellow: Held;
  /** Green, then yellow, then red. */
  readonly red: Held;
  readonly superseded: readonly Held[];
  readonly redElsewhere: Held;
  readonly withdrawn: Held;
  readonly suspended: Held;
  readonly lifted: Held;
  /** What somebody held before an ordinary renewal. */
  readonly renewed: Held;
  readonly renewal: Held;
  /** A green that ends within the hour. */
  readonly ending: Held;
  /** Of another province in direct mode; shown as a compact code. */
  readonly compact: Held;
  /** Goes red while nobody can tell the gate. */
  readonly meanwhile: Held;
  /** Another province's own code, shown as its app shows it. */
  readonly localCode: string;
}

const SUPERSEDED = refusedAs('superseded', 'ATTESTATION_SUPERSEDED');
const FORGED = refusedAs('signature-invalid', 'ATTESTATION_SIGNATURE_INVALID');
const always = (outcome: Outcome) => (): Outcome => outcome;
/** Until its own end, whatever else holds. */
const whileGood = (colour: 'green' | 'yellow' | 'red', { expiresAt }: Held) => (now: number): Outcome => (now < expiresAt ? recognisedAs(colour) : refusedAs('expired', 'ATTESTATION_EXPIRED'));

/** Everything that is shown in an hour, in the order of a queue. */
export function codesOfTheHour(travellers: Travellers): readonly ShownCode[] {
  const { green, yellow, red, superseded, redElsewhere, withdrawn, suspended, lifted, renewed, renewal, ending, compact, meanwhile, localCode } = travellers;
  const [once = green] = superseded;
  const [twin, packed] = [withTwinSignature(once.code), packPresentation(compact.code)];
  return [
    { title: 'a green', code: green.code, expected: whileGood('green', green) },
    { title: 'a yellow', code: yellow.code, expected: whileGood('yellow', yellow) },
    { title: 'a red', code: red.code, expected: whileGood('red', red) },
    { title: 'a red of another province', code: redElsewhere.code, expected: whileGood('red', redElsewhere) },
    ...superseded.map(({ code, slug }) => ({ title: `what somebody of ${slug} held before`, code, expected: always(SUPERSEDED) })),
    { title: 'what was withdrawn', code: withdrawn.code, expected: always(SUPERSEDED) },
    { title: 'what its province suspended', code: suspended.code, expected: always(refusedAs('suspended', 'ATTESTATION_SUSPENDED')) },
    { title: 'what was suspended, and is not any more', code: lifted.code, expected: whileGood('green', lifted) },
    { title: 'what was held before an ordinary renewal', code: renewed.code, expected: whileGood('green', renewed) },
    { title: 'the renewal', code: renewal.code, expected: whileGood('green', renewal) },
    { title: 'a green that ends within the hour', code: ending.code, expected: whileGood('green', ending) },
    { title: `a compact code of ${compact.slug}`, code: packed, expected: whileGood('green', compact) },
    { title: 'a green of which its province says red by now', code: meanwhile.code, expected: whileGood('green', meanwhile) },
    { title: 'forged: one bit of the signature', code: withFlippedSignature(green.code), expected: always(FORGED) },
    { title: 'forged: red made green', code: withOtherStatus(red.code, '10', '00'), expected: always(FORGED) },
    { title: 'forged: signed by somebody else, under the province’s key id', code: withForeignKey(green.code, 'borrowed'), expected: always(FORGED) },
    { title: 'forged: signed by somebody else', code: withForeignKey(green.code, 'own'), expected: always(refusedAs('signature-invalid', 'ATTESTATION_KEY_UNKNOWN')) },
    { title: 'superseded, with the other signature that fits (n − s)', code: twin, expected: always(SUPERSEDED) },
    { title: 'green, with the other signature that fits (n − s)', code: withTwinSignature(green.code), expected: whileGood('green', green) },
    { title: 'half of a green', code: truncated(green.code), expected: always(refusedAs('signature-invalid', 'ATTESTATION_MALFORMED')) },
    { title: 'half of a compact code', code: truncated(packed), expected: always(refusedAs('signature-invalid', 'COMPACT_CODE_INVALID')) },
    { title: 'a province’s own code', code: localCode, expected: always(refusedAs('issuer-unreachable', 'NETWORK_NEEDED')) },
    ...Object.entries(OTHER_SYSTEMS).map(([system, code]) => ({ title: system, code, expected: always(refusedAs('unknown-code', 'CODE_UNKNOWN')) })),
  ];
}
