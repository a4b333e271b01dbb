import { readFileSync } from 'node:fs';
import { findEmbeddedCountry } from '../access/embedded-country.js';
import { packageUrlOf } from './offline-device.js';
import { UsageError, type VerifyArguments } from './arguments.js';
import { defaultDevice, enrolDevice, type Enrolled } from './device-home.js';

/** Enrols this machine as the command line says: at the hub it names, or at that of a country on this machine. @throws UsageError */
export async function enrolHere({ hub, enrolment, hubAuthority, dataPath, deviceFolder, packageUrl }: VerifyArguments, code: string): Promise<Enrolled & { readonly folder: string }> {
  const country = findEmbeddedCountry(dataPath);
  const address = hub ?? country?.addresses.hub.grpc;
  const first = enrolment ?? country?.addresses.enrolment;
  const authority = hubAuthority ?? country?.pki('server-ca.crt');
  if (address === undefined || first === undefined || authority === undefined) throw new UsageError('give --hub, --enrolment and --ca as the province handed them over');
  const published = packageUrl ?? (hub === undefined ? country && packageUrlOf(country) : undefined);
  const folder = deviceFolder ?? defaultDevice();
  return { ...(await enrolDevice(folder, code, { hub: address, enrolment: first, authority: readFileSync(authority), packageUrl: published })), folder };
}
