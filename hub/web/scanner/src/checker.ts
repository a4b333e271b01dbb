import type { OfflinePackage, OfflineVerifier, ProvinceCode } from '@health-code/attestation';
import type { PurposeJson, VerifyJson, VerifyRequestJson } from '../../shared/device-api.js';
import { toBase64, utf8TextOf } from './bytes.js';
import type { Check, CheckResult, Place, Shown } from './check-result.js';
import { ownResult } from './desk-state.js';
import { resultOfHub, resultOfPackage } from './results.js';
import { codeOf } from './scanner-error.js';
import type { SeenCodes } from './seen-codes.js';

/** What is checked at a checkpoint. */
export const purposeOf = ({ checkpointClass }: Place): PurposeJson => (checkpointClass === 'medical' ? 'medical-care' : 'checkpoint');

/** Outcomes of the package that only the hub can better. A code of another system is none of them: it is shown to nobody else. */
const FOR_THE_HUB: ReadonlySet<string> = new Set(['NETWORK_NEEDED', 'PACKAGE_MISSING']);

/** What {@link Checker} needs. */
export interface CheckerPorts {
  readonly verifier: Pick<OfflineVerifier, 'verify'>;
  readonly seen: Pick<SeenCodes, 'note'>;
  readonly currentPackage: () => OfflinePackage | undefined;
  /** @throws ScannerError */
  readonly askHub: (request: VerifyRequestJson) => Promise<VerifyJson>;
  /** Seconds since the epoch. */
  readonly now: () => number;
  /** Seconds, of a clock that does not go back. */
  readonly steady: () => number;
}

/** Judges what is shown: attestations by the package on this device, the same with and without a network; a province's own codes and documents by the hub. */
export class Checker {
  readonly #ports: CheckerPorts;

  constructor(ports: CheckerPorts) {
    this.#ports = ports;
  }

  /** Never throws: what cannot be checked is a result that says so. */
  async check(shown: Shown, place: Place): Promise<Omit<Check, 'number'>> {
    const { seen, currentPackage, steady } = this.#ports;
    const result = await this.#judge(shown, place).catch((error: unknown) => ownResult(codeOf(error)));
    const seenSecondsAgo = shown.kind === 'document' ? undefined : seen.note(identityOf(shown.text, result), steady());
    return { result, shown: shown.kind, ...(seenSecondsAgo === undefined ? {} : { seenSecondsAgo }), ...textsOf(result, currentPackage()) };
  }

  async #judge(shown: Shown, place: Place): Promise<CheckResult> {
    const { verifier, currentPackage, now } = this.#ports;
    if (shown.kind === 'document') return this.#ask(requestOf(shown, place), ownResult('NETWORK_NEEDED'));
    const held = currentPackage();
    const checkpoint = { province: place.province as ProvinceCode, checkpointClass: place.checkpointClass };
    const local = resultOfPackage(await verifier.verify(shown.text, held, checkpoint, now()), held?.version);
    return FOR_THE_HUB.has(local.errorCode) ? this.#ask(requestOf(shown, place), local) : local;
  }

  /** The hub's word; `otherwise` where it gives none in time. A refusal of the request itself is shown by its code. */
  async #ask(request: VerifyRequestJson, otherwise: CheckResult): Promise<CheckResult> {
    try {
      return resultOfHub((await this.#ports.askHub(request)).verdict);
    } catch (error) {
      const code = codeOf(error);
      return code === 'HUB_UNREACHABLE' ? otherwise : ownResult(code);
    }
  }
}

function requestOf(shown: Shown, place: Place): VerifyRequestJson {
  const context = { checkpointClass: place.checkpointClass, purpose: purposeOf(place) };
  if (shown.kind === 'document') {
    const { document, homeProvince } = shown;
    return { ...context, identityDocument: { ...document, ...(homeProvince === '' ? {} : { homeProvince }) } };
  }
  return utf8TextOf(shown.bytes) === shown.text ? { ...context, code: shown.text } : { ...context, codeBytes: toBase64(shown.bytes) };
}

/** One statement is the same in whatever form it is shown: with the name or without, as text or packed. */
const identityOf = (text: string, { issuer, sequence }: CheckResult): string => (issuer === undefined || sequence === undefined ? `text ${text}` : `statement ${issuer} ${String(sequence)}`);

function textsOf({ reason, rule, issuer }: CheckResult, held: OfflinePackage | undefined): Pick<Check, 'reasonText' | 'ruleTitle'> {
  const { reasons, rules } = held?.parts.texts ?? { reasons: [], rules: [] };
  const reasonText = reasons.find(({ code }) => code === reason);
  const ruleTitle = rules.find((known) => known.issuer === issuer && known.id === rule?.id && known.version === rule.version)?.title;
  return { ...(reasonText === undefined ? {} : { reasonText }), ...(ruleTitle === undefined ? {} : { ruleTitle }) };
}
