import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Province } from '@health-code/attestation';
import { inboxPrefix } from '@health-code/messages';
import { subjectKeyFile } from '../../../deploy/embedded/province-seat.js';
import { localSystemSettings, type OwnLocalSystem } from '../local-system.js';
import { startFaultProxy, type FaultProxy } from './fault-proxy.js';
import type { Closing, Ground } from './ground.js';

/** What an adapter in any language is told, so that it meets the kit instead of the hub. */
export interface ForeignAdapterOptions {
  readonly province: Province;
  readonly ground: Ground;
  readonly hubAddress: string;
  /** The local system under test; without one, nothing is spoilt on its way. */
  readonly localSystem: OwnLocalSystem | undefined;
  /** Folder the settings are written to. */
  readonly settings: string;
  readonly closing: Closing;
}

/** Writes certificates, credentials and `adapter.env`; the adapter is started by whoever runs it. @returns the proxy, where there is one */
export async function prepareForeignAdapter({ province, ground, hubAddress, localSystem, closing, ...given }: ForeignAdapterOptions): Promise<FaultProxy | undefined> {
  const { data, nats, pki } = ground;
  const settings = resolve(given.settings);
  mkdirSync(settings, { recursive: true, mode: 0o700 });
  const own = pki.files(`province-${province.code}`);
  const copies = { 'hub-ca.crt': pki.files('server-ca').certificate, 'client.crt': own.certificate, 'client.key': own.key, 'nats.creds': nats.credsFile(province.code), 'subject-key.json': subjectKeyFile(data) };
  for (const [name, file] of Object.entries(copies)) copyFileSync(file, join(settings, name));
  const proxy = localSystem === undefined ? undefined : await startFaultProxy(localSystem.url, await data.port('fault-proxy'));
  if (proxy !== undefined) closing.push(() => proxy.stop());
  const env = {
    ENVIRONMENT: 'development',
    PROVINCE: province.slug,
    HUB_ADDRESS: hubAddress,
    HUB_CA_FILE: join(settings, 'hub-ca.crt'),
    HUB_CLIENT_CERT_FILE: join(settings, 'client.crt'),
    HUB_CLIENT_KEY_FILE: join(settings, 'client.key'),
    NATS_URL: nats.url,
    NATS_CREDS_FILE: join(settings, 'nats.creds'),
    NATS_INBOX_PREFIX: inboxPrefix(province.code),
    SUBJECT_KEY_FILE: join(settings, 'subject-key.json'),
    ...(localSystem === undefined || proxy === undefined ? {} : localSystemSettings({ ...localSystem, url: proxy.origin })),
  };
  writeFileSync(join(settings, 'adapter.env'), `${Object.entries(env).map(([name, value]) => `${name}=${value}`).join('\n')}\n`, { mode: 0o600 });
  return proxy;
}
