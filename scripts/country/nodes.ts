import { getProvince, parseProvinceCode } from '@health-code/attestation';
import type { Addresses } from '../../deploy/embedded/addresses.js';
import type { ProvinceSeat } from '../../deploy/embedded/province-seat.js';
import { openStandIn, type LocalPerson, type StandIn } from '../clients/stand-in.js';

/** Codes of GB/T 38961 and the names a verdict is read by. */
export const COLOURS = { '00': 'green', '01': 'yellow', '10': 'red' } as const;

/** A colour by its name in a verdict. */
export type Colour = (typeof COLOURS)[keyof typeof COLOURS];

/** One province of a running country, and the people of its local system. */
export interface CountryNode extends ProvinceSeat {
  /** 中文. */
  readonly name: string;
  readonly standIn: StandIn;
  /** People whose colour the local system knows, by the colour, in its own words; written down by hand beside it, not by its translation. */
  readonly people: Readonly<Record<Colour, readonly LocalPerson[]>>;
  /** The local system's word for a colour. */
  readonly wordOf: (colour: Colour) => string;
  /** Why nobody of this province can travel, where its local system does not even say who its people are. */
  readonly problem?: string;
}

const nameOf = ({ code }: ProvinceSeat): string => getProvince(parseProvinceCode(code)).name;

async function openNode(seat: ProvinceSeat, standIn: StandIn): Promise<CountryNode> {
  const [words, everybody] = [await standIn.colours(), await standIn.people()];
  const wordOf = (colour: Colour): string => ({ green: words['00'], yellow: words['01'], red: words['10'] })[colour];
  // Whoever has another document is asked about in other ways in some provinces.
  const peopleOf = (colour: Colour): readonly LocalPerson[] => everybody.filter(({ value, documentType }) => value === wordOf(colour) && documentType === '01');
  return {
    ...seat,
    name: nameOf(seat),
    standIn,
    wordOf,
    people: { green: peopleOf('green'), yellow: peopleOf('yellow'), red: peopleOf('red') },
  };
}

/** The provinces of a running country; one whose local system is not there takes part as a place of checkpoints. */
export function openNodes(provinces: readonly ProvinceSeat[], { localSystems }: Pick<Addresses, 'localSystems'>): Promise<readonly CountryNode[]> {
  return Promise.all(
    provinces.map(async (seat) => {
      const standIn = openStandIn(localSystems[seat.slug] ?? '');
      try {
        return await openNode(seat, standIn);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const nobody = { green: [], yellow: [], red: [] };
        return { ...seat, name: nameOf(seat), standIn, people: nobody, wordOf: (colour) => colour, problem: `the local system of ${seat.slug} does not say who its people are: ${why}` };
      }
    }),
  );
}
