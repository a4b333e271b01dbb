import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { chainToPem, isKeyOf, makeCertificateRequest, makeTlsKey } from '../access/certificate-request.js';
import { CommandError } from '../access/command-error.js';
import { replaceFile } from '../access/replace-file.js';
import { isoTime } from '../access/words.js';
import { keepKeyFile, keysFor, kidsOf, readKeyFile, withNewest, withoutFormer, writeKeyFile, type KeyPurpose, type KeySet } from './key-file.js';
import { afterPending, submissionReport } from './keys.js';
import { asProvince, nextStep } from './membership.js';
import { credentialsFile, keepNatsSeed, publicNatsKey } from './nats-credentials.js';
import type { ProvinceHome } from './province-home.js';
import { registeredKeys } from './registered-keys.js';
import type { StepReport } from './step-report.js';
import { submitKeys } from './submit-keys.js';

/** Most keys of a purpose that an adapter takes at once. */
const MOST: Readonly<Record<KeyPurpose, number>> = { sig: 8, enc: 2 };

const FLAGS: Readonly<Record<KeyPurpose, string>> = { sig: '--signing', enc: '--encryption' };

/** What follows an exchange after which no former key stands beside the new one. */
const NOTHING_LEFT = 'Nothing: the adapter takes the file up by itself; no former key is left to take out.';

function ownKeys({ files }: ProvinceHome): KeySet {
  const set = readKeyFile(files.keys);
  if (set !== undefined) return set;
  throw new CommandError(`${files.keys} is missing`, 'Bring back its copy, or make keys: npm run province -- keys');
}

/**
 * 更换密钥. A new key beside the former one: it is made, submitted with the former one's voucher, and put first into KEY_FILE once it is
 * accepted; the adapter takes the file up by itself. Both stay good until `finishRotation`. Broken off, the repeated step goes on
 * with the same new key.
 */
export async function rotateKey(home: ProvinceHome, purpose: KeyPurpose): Promise<StepReport> {
  const { files } = home;
  const set = ownKeys(home);
  const written = kidsOf(readKeyFile(files.nextKeys) ?? { keys: [] });
  // Broken off after the new key was written and before its draft was removed: the exchange is done.
  if (written.length > 0 && written.every((kid) => kidsOf(set).includes(kid))) {
    rmSync(files.nextKeys);
    const next = keysFor(purpose, set).length > 1 ? `When the adapter has registered with it: npm run province -- rotate ${FLAGS[purpose]} --finish` : NOTHING_LEFT;
    return { did: [`New key ${written.join(', ')} stands in ${files.keys} already.`], next, facts: { accepted: true, key: written.at(0), keys: kidsOf(set) } };
  }
  if (keysFor(purpose, set).length >= MOST[purpose]) {
    throw new CommandError('a former key still stands beside the one in use', `Take it out first: npm run province -- rotate ${FLAGS[purpose]} --finish`);
  }
  const next = await keepKeyFile(files.nextKeys, [purpose]);
  if (keysFor(purpose, next).length === 0) throw new CommandError('another key is being exchanged', `Repeat that step first; its new key is in ${files.nextKeys}.`);
  return asProvince(home, async (channel) => {
    const { acceptedKeys } = await channel.membership.getMembership({});
    const isAccepted = kidsOf(next).every((kid) => acceptedKeys.includes(kid));
    const response = isAccepted ? undefined : await submitKeys(channel, home, next, set);
    if (response !== undefined && !response.accepted) {
      const { checks, pendingAction } = response;
      return { did: submissionReport(response, kidsOf(next)), checks, next: afterPending(response) ?? (await nextStep(channel.membership, home)), facts: { accepted: false, pendingAction } };
    }
    // A key that was revoked meanwhile must go: a registration with it is refused as a whole.
    const standing = { ...set, keys: set.keys.filter(({ kid }) => acceptedKeys.includes(kid ?? '')) };
    writeKeyFile(files.keys, withNewest(standing, next.keys));
    rmSync(files.nextKeys, { force: true });
    const isBeside = keysFor(purpose, standing).length > 0;
    return {
      did: [`New key ${kidsOf(next).join(', ')} is accepted and stands first in ${files.keys}${isBeside ? '; the former one stays beside it' : ', alone: the former one is accepted no more'}.`],
      checks: response?.checks ?? [],
      next: isBeside ? `When the adapter has registered with it: npm run province -- rotate ${FLAGS[purpose]} --finish` : NOTHING_LEFT,
      facts: { accepted: true, key: kidsOf(next).at(0), keys: kidsOf(withNewest(standing, next.keys)) },
    };
  });
}

/**
 * Leaves the former keys of `purpose` away; the adapter's next registration retires them for good.
 * @throws CommandError while the adapter has not registered with the newest ones: its attestations would be refused
 */
export async function finishRotation(home: ProvinceHome, purpose: KeyPurpose): Promise<StepReport> {
  const set = ownKeys(home);
  const kept = withoutFormer(set, purpose);
  const former = kidsOf(set).filter((kid) => !kidsOf(kept).includes(kid));
  return asProvince(home, async ({ ledger, membership }) => {
    if (former.length === 0) return { did: ['There is no former key beside the one in use.'], next: await nextStep(membership, home), facts: { retired: [] } };
    const registered = await registeredKeys(ledger, home.province.code);
    if (!kidsOf(kept).every((kid) => registered.includes(kid))) {
      throw new CommandError('the adapter has not registered with the new key yet', 'Let the adapter run: it takes the file up by itself and registers again. Then repeat this step.');
    }
    writeKeyFile(home.files.keys, kept);
    return { did: [`Former keys are out of ${home.files.keys}: ${former.join(', ')}`], next: 'Nothing: the adapter registers without them by itself after a few minutes, when nothing signed with them or sealed to them is under way; that retires them for good.', facts: { retired: former, keys: kidsOf(kept) } };
  });
}

/** Puts a certificate and a key that were renewed, and that wait beside those in use, in their place; done again after a crash in between. */
export function installCertificate({ files }: ProvinceHome): boolean {
  if (!existsSync(files.nextCertificate)) return false;
  if (existsSync(files.nextCertificateKey)) renameSync(files.nextCertificateKey, files.certificateKey);
  if (!isKeyOf(readFileSync(files.nextCertificate), readFileSync(files.certificateKey))) {
    throw new CommandError(`${files.nextCertificate} is not of ${files.certificateKey}`, `Move ${files.nextCertificate} away and repeat the step.`);
  }
  renameSync(files.nextCertificate, files.certificate);
  return true;
}

/** 更换证书. Another certificate for another key; the one in use stays good until it ends, and the adapter takes the new one up by itself. */
export async function rotateCertificate(home: ProvinceHome): Promise<StepReport> {
  const { files, province, identity } = home;
  installCertificate(home);
  if (!existsSync(files.nextCertificateKey)) replaceFile(files.nextCertificateKey, makeTlsKey());
  const certificateRequest = await makeCertificateRequest(readFileSync(files.nextCertificateKey, 'utf8'), province.slug, identity);
  const renewed = await asProvince(home, ({ membership }) => membership.renewCertificate({ certificateRequest }));
  replaceFile(files.nextCertificate, chainToPem(renewed.certificate?.chain ?? []));
  installCertificate(home);
  const expiresAt = isoTime(renewed.certificate?.expiresAt);
  return {
    did: [`New certificate until ${expiresAt}: ${files.certificate}. The former one stays good until it ends, or until: npm run province -- rotate --certificate --finish`],
    checks: renewed.checks,
    next: await asProvince(home, ({ membership }) => nextStep(membership, home)),
    facts: { expiresAt, identity: renewed.certificate?.identity },
  };
}

/** Takes back every certificate of the province but the one in use: what ends a rotation, and what to do when a key was stolen. */
export async function finishCertificates(home: ProvinceHome): Promise<StepReport> {
  installCertificate(home);
  const { revoked } = await asProvince(home, ({ membership }) => membership.revokeOtherCertificates({}));
  return {
    did: [revoked === 0 ? 'No other certificate was in force.' : `Taken back: ${String(revoked)} other certificate${revoked === 1 ? '' : 's'}. Whoever holds one is refused at once.`],
    next: await asProvince(home, ({ membership }) => nextStep(membership, home)),
    facts: { revoked },
  };
}

/** 更换消息服务凭证. Another NATS user beside the former one, whose credentials stay good until they end. */
export async function rotateNats(home: ProvinceHome): Promise<StepReport> {
  const { files } = home;
  const seed = keepNatsSeed(files.nextNatsSeed);
  return asProvince(home, async ({ membership }) => {
    const { jwt, expiresAt } = await membership.issueNatsUser({ publicKey: publicNatsKey(seed) });
    replaceFile(files.natsCreds, credentialsFile(jwt, seed));
    renameSync(files.nextNatsSeed, files.natsSeed);
    return {
      did: [`New NATS credentials, until ${isoTime(expiresAt)}: ${files.natsCreds}. The former ones stay good until they end.`],
      next: await nextStep(membership, home),
      facts: { publicKey: publicNatsKey(seed), expiresAt: isoTime(expiresAt) },
    };
  });
}
