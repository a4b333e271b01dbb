import type { v1 } from '@health-code/messages';
import type { Addresses } from '../../deploy/embedded/addresses.js';
import { connectHub } from '../clients/hub-client.js';
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

/** Connects to a running country. */
export function openWayIn(addresses: Pick<Addresses, 'hub' | 'localSystems'>): WayIn {
  const { checkpoint, person, close } = connectHub(addresses.hub.grpc, TIMEOUT_MS);
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
