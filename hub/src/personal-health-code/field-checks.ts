import { AttestationError, isProvinceCode, isSubjectReference, parseIdentityDocument } from '@health-code/attestation';
import { secondsFromTimestamp, type TimestampFields } from '@health-code/messages';
import { HubError, type ErrorCode, type FieldViolation } from '../errors.js';
import { presentationOf } from '../verify/shown-presentation.js';

/** Control and format characters, lone surrogates. Not private-use and unassigned ones: rare characters of names are. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}]/u;

/** Seconds since the epoch of the year 2020, when the first health code was issued, and of the year 2100. */
const EARLIEST = 1_577_836_800;
const LATEST = 4_102_444_800;

/**
 * Collects every bad field of one request, so that a caller is told all of them at once. Descriptions say what is asked
 * for and never quote what was sent: requests hold names and identity numbers, and descriptions end up in logs.
 */
export class FieldChecks {
  readonly #violations: FieldViolation[] = [];
  #code: ErrorCode = 'REQUEST_INVALID';

  /** Notes that `field` is wrong. The first code that says more than REQUEST_INVALID becomes that of the refusal. */
  refuse(field: string, description: string, code: ErrorCode = 'REQUEST_INVALID'): void {
    this.#violations.push({ field, description });
    if (this.#code === 'REQUEST_INVALID') this.#code = code;
  }

  /** Refuses `field` unless `holds`. */
  require(holds: boolean, field: string, description: string, code?: ErrorCode): void {
    if (!holds) this.refuse(field, description, code);
  }

  /** Printable text of `min` to `max` characters (UTF-16 units). */
  text(value: string, field: string, min: number, max: number): void {
    this.require(value.length >= min && value.length <= max, field, `must have ${String(min)} to ${String(max)} characters`);
    this.require(!UNPRINTABLE.test(value), field, 'must hold printable characters only');
  }

  /** Text that is empty or of the given form. */
  form(value: string, field: string, form: RegExp, description: string): void {
    this.require(value === '' || form.test(value), field, `must be ${description}, or empty`);
  }

  /** At most `max` texts of the given form. */
  list(values: readonly string[], field: string, max: number, form: RegExp, description: string): void {
    this.require(values.length <= max, field, `must have at most ${String(max)} entries`);
    values.slice(0, max).forEach((value, index) => {
      this.require(form.test(value), `${field}[${String(index)}]`, `must be ${description}`);
    });
  }

  /** What was shown, in the form that attestations are signed in: compact codes (压缩码) are unpacked. */
  compactCode(value: Uint8Array, field: string): Uint8Array {
    try {
      return presentationOf(value);
    } catch (error) {
      if (!(error instanceof AttestationError)) throw error;
      this.refuse(field, 'is no compact code', error.code);
      return value;
    }
  }

  /** GB/T 2260 code of a province-level division. */
  province(value: string, field: string): void {
    this.require(isProvinceCode(value), field, 'must be a province code of GB/T 2260', 'PROVINCE_UNKNOWN');
  }

  /** GB/T 2260 code of any division, 6 digits, in a province that exists. Divisions below are abolished and renamed. */
  region(value: string, field: string): void {
    const known = /^\d{6}$/.test(value) && isProvinceCode(`${value.slice(0, 2)}0000`);
    this.require(known, field, 'must be a division code of GB/T 2260, 6 digits');
  }

  /** 证件: type and number, in the fields named. */
  identityDocument(type: string, number: string, typeField: string, numberField: string): void {
    try {
      parseIdentityDocument(type, number);
    } catch (error) {
      if (!(error instanceof AttestationError)) throw error;
      this.refuse(error.code === 'IDENTITY_DOCUMENT_TYPE_UNSUPPORTED' ? typeField : numberField, error.message, error.code);
    }
  }

  /** Opaque subject reference. */
  subjectReference(value: string, field: string): void {
    this.require(isSubjectReference(value), field, 'must be a subject reference', 'SUBJECT_REFERENCE_INVALID');
  }

  /**
   * A time between 2020 and 2100.
   * @returns seconds since the epoch; undefined when absent or refused
   */
  time(value: TimestampFields | null | undefined, field: string): number | undefined {
    const seconds = secondsFromTimestamp(value);
    if (seconds === undefined) return undefined;
    if (seconds >= EARLIEST && seconds < LATEST) return seconds;
    this.refuse(field, 'must be a time between 2020 and 2100');
    return undefined;
  }

  /** Takes over what another parser refuses. Returns what it yields, or undefined. */
  adopt<Parsed>(parse: () => Parsed): Parsed | undefined {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof HubError) || error.fieldViolations.length === 0) throw error;
      for (const { field, description } of error.fieldViolations) this.refuse(field, description, error.code);
      return undefined;
    }
  }

  /** @throws HubError when a field was refused, with every one of them */
  finish(): void {
    if (this.#violations.length === 0) return;
    const fields = this.#violations.map(({ field }) => field).join(', ');
    throw new HubError(this.#code, `bad fields: ${fields}`, { fieldViolations: this.#violations });
  }
}
