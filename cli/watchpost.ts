import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Types are stripped and code is compiled once for each version of a file: a start takes half the time. Not in the folder for
// temporary files, where others could put theirs. Where it cannot be written, as in our image, all goes on without.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/watchpost'));

const { main } = await import('./program.ts');
const { processTerminal } = await import('./terminal.ts');

process.exitCode = await main(process.argv.slice(2), processTerminal(), process.env);
