import { RECOGNITION_NODES } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import type { Addresses } from '../../deploy/embedded/addresses.js';
import { openParties } from '../clients/hub-client.js';
import { openStandIn } from '../clients/stand-in.js';

/** What a traveller and a checkpoint reach the system by. */
export interface WayIn {
  readonly person: v1.PersonalHealthCode;
  readonly checkpoint: v1.Checkpoint;
  /** A code as a green person's telephone would show it, `ageSeconds` after it was issued; from the stand-in of province `slug`. */
  readonly showLocalCode: (slug: string, ageSeconds: number) => Promise<string>;
  readonly close: () => void;
}

const TIMEOUT_MS = 10_000;
const GREEN = '00';

/** Connects to a country that runs from `dataPath`, whose supervisor made a certificate for every party. */
export function openWayIn(addresses: Pick<Addresses, 'hub' | 'localSystems'>, dataPath: string): WayIn {
  const provinces = RECOGNITION_NODES.filter(({ slug }) => slug in addresses.localSystems).map(({ code }) => code);
  const { checkpoint, person, close } = openParties({ grpc: addresses.hub.grpc, dataPath }, provinces, TIMEOUT_MS);
  return {
    person,
    checkpoint,
    showLocalCode: async (slug, ageSeconds) => {
      const standIn = openStandIn(addresses.localSystems[slug] ?? '');
      return standIn.showCode(await standIn.getPerson(GREEN), ageSeconds);
    },
    close,
  };
}
