import { checkFolder, findFolderNotes } from './check-folder.js';

// Run by `npm run new-province -- --check <slug>`: says what is wrong with the folder of a mapped province, and runs nothing of it.
const [folder = ''] = process.argv.slice(2);
const problems = await checkFolder(folder, Date.now());
for (const problem of problems) console.log(problem);
for (const note of findFolderNotes(folder)) console.log(`note: ${note}`);
if (problems.length === 0) console.log('Nothing is wrong with it, as far as reading it tells. The contract test asks the rest.');
process.exitCode = problems.length === 0 ? 0 : 1;
