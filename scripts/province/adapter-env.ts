import { replaceFile } from '../access/replace-file.js';
import type { ProvinceHome } from './province-home.js';

/** Settings of the adapter that the home knows. */
export function adapterSettings({ province, settings, files }: ProvinceHome): Readonly<Record<string, string>> {
  return {
    PROVINCE: province.slug,
    HUB_ADDRESS: settings.hub,
    HUB_CA_FILE: files.hubAuthority,
    HUB_CLIENT_CERT_FILE: files.certificate,
    HUB_CLIENT_KEY_FILE: files.certificateKey,
    ...(settings.nats !== undefined && { NATS_URL: settings.nats }),
    NATS_CREDS_FILE: files.natsCreds,
    KEY_FILE: files.keys,
  };
}

/** What the province must add by itself: the home cannot know it. */
const OWN_SETTINGS = ['DATABASE_URL', 'SUBJECT_KEY_FILE', 'LOCAL_SYSTEM_URL'] as const;

/** The text of `adapter.env`: one `NAME=value` a line, as a service manager and a container take it. */
export function adapterEnvText(home: ProvinceHome): string {
  const known = Object.entries(adapterSettings(home)).map(([name, value]) => `${name}=${value}`);
  if (home.settings.localCredentials !== undefined) known.push(`LOCAL_SYSTEM_CREDENTIALS_FILE=${home.settings.localCredentials}`);
  return [...known, '# yours: docs/join.md says what each is', ...OWN_SETTINGS.map((name) => `#${name}=`), ''].join('\n');
}

/** Writes `adapter.env` into the home. */
export function writeAdapterEnv(home: ProvinceHome): void {
  replaceFile(home.files.adapterEnv, adapterEnvText(home));
}
