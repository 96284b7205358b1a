// npm run chaos -- [--seed N] [--minutes M] [--history FILE]
// Runs two nodes, MariaDB and Redis under faults that the seed determines, with users who write through them, and checks the history.
// docs/reliability.md has more.
import { parseArgs } from 'node:util';
import { judge } from './report.ts';
import { runChaos } from './run.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, minutes: { type: 'string', default: '5' }, history: { type: 'string' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31) + 1);
process.stdout.write(`seed ${seed}\n`);
const { text, violations } = judge(await runChaos({ seed, minutes: Number(values.minutes), file: values.history }));
process.stdout.write(`${text}\nseed ${seed}\n`);
process.exit(violations.length === 0 ? 0 : 1);
