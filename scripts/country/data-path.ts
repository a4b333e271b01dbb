import { join } from 'node:path';
import { defaultDataPath } from '../../deploy/embedded/checkout.js';

/** Where `npm run country` keeps its data: beside those of `npm start`, so that both run at once; `npm run reset` removes both. */
export const countryDataPath = (): string => join(defaultDataPath(), 'country');
