import { basename } from 'node:path';
import { AdapterError } from '../errors.js';
import { PROVINCE_FOLDERS, type ProvinceFolder } from '../provinces/registry.js';
import { checkFolder, findFolderNotes } from './check-folder.js';
import type { Neighbour } from './check-neighbours.js';

// Run by `npm run new-province -- --check <slug>`: says what is wrong with the folder of a mapped province, and asks no system.
const [folder = ''] = process.argv.slice(2);

/** What a province takes for its codes; its slug where its own mapping is wrong, which is for its own province to be told. */
async function loadNeighbour({ code, loadProvince, slug }: ProvinceFolder): Promise<Neighbour | string> {
  try {
    return { code, recognisers: (await loadProvince()).profile.recognisers };
  } catch (cause) {
    if (cause instanceof AdapterError) return slug;
    throw cause;
  }
}

const loaded = await Promise.all(PROVINCE_FOLDERS.filter(({ slug }) => slug !== basename(folder)).map(loadNeighbour));
const unknown = loaded.filter((one) => typeof one === 'string');
const problems = await checkFolder(folder, Date.now(), loaded.filter((one) => typeof one !== 'string'));
for (const problem of problems) console.log(problem);
for (const note of findFolderNotes(folder)) console.log(`note: ${note}`);
if (unknown.length > 0) console.log(`note: nothing is known of the codes of ${unknown.join(', ')}: the mapping there is wrong itself`);
if (problems.length === 0) console.log('Nothing is wrong with it, as far as reading it and playing its answers tells. The contract test asks the rest.');
process.exitCode = problems.length === 0 ? 0 : 1;
