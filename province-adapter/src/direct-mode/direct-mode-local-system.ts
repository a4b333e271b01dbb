import type { ProvinceProfile } from '../province-system.js';
import type { LocalSystem } from '../stand-in/local-system.js';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import { createCodes } from './codes.js';
import { createConversionRoutes } from './conversions.js';
import { createCorrections } from './corrections.js';
import { createDeclarationRoutes } from './declarations.js';
import { NO_OPTIONS, type DirectModeOptions } from './direct-mode-options.js';
import { createHolderRoutes } from './holder-ports.js';
import { createHolders } from './holders.js';
import { openNationalCodeStore } from './national-code-store.js';
import type { NationalCodeContext } from './national-code-route.js';
import { REVIEWED_UNTIL } from './review-rules.js';
import { statementOf } from './statement.js';
import { BENEATH } from './trip-risk.js';
import { createTrips } from './trips.js';

/**
 * The national code of a province in direct mode, GB/T 38963-2020 6.2 to 6.8. RECONSTRUCTION, see national-code.ts; the people
 * are synthetic.
 */
export function createDirectModeLocalSystem(
  profile: Pick<ProvinceProfile, 'code' | 'slug'>,
  people: readonly SyntheticPerson[],
  { review, hasConversion = false }: DirectModeOptions = NO_OPTIONS,
): LocalSystem {
  return {
    slug: profile.slug,
    statusField: 'status',
    colours: { '00': '00', '01': '01', '10': '10' },
    statementFields: ['availability', 'reason', 'ruleId', 'ruleVersion', 'evidence', 'validUntil', 'guidance', BENEATH, REVIEWED_UNTIL],
    people,
    open({ documents, now, randomHex, readRiskLevels }) {
      const context: NationalCodeContext = { province: profile.code, store: openNationalCodeStore(documents), now, randomHex };
      const holders = createHolders(context);
      const codes = createCodes(context, holders);
      const trips = createTrips(context, readRiskLevels);
      const corrections = createCorrections(context, trips, review);
      return {
        routes: [
          ...createDeclarationRoutes(context, holders, trips),
          ...codes.routes,
          ...corrections.routes,
          ...createHolderRoutes(context, holders),
          ...(hasConversion ? createConversionRoutes(context, holders) : []),
        ],
        issueCode: (person, issuedAt) => codes.issue(person.id, issuedAt),
        handleOf: (person) => Promise.resolve({ idType: person.documentType, idNumber: person.documentNumber }),
        errorAnswer: (code) => ({ code, message: '失败', content: null }),
        pushBody: (person) => ({ statements: [statementOf(person, profile.code, now())] }),
        settleDue: async () => {
          // First what is known of the trips, which decisions look at; neither waits for the other to go well.
          try {
            await trips.settleDue();
          } finally {
            await corrections.settleDue();
          }
        },
      };
    },
  };
}
