// npm run chaos:presence -- [--seed N] [--minutes M] [--nodes 2|3] [--history FILE]
// Runs nodes, MariaDB and Redis under faults that the seed determines, with users who connect and disconnect and others who watch, and
// checks the history. docs/reliability.md has more.
import { parseArgs } from 'node:util';
import { judge } from './report.ts';
import { runPresence } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    nodes: { type: 'string', default: '2' },
    history: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31) + 1);
process.stdout.write(`seed ${seed}\n`);
const parts = [{ seed, rounds: 1, minutes: Number(values.minutes) }];
const { text, violations } = judge(await runPresence({ parts, nodes: Number(values.nodes), file: values.history }));
process.stdout.write(`${text}\nseed ${seed}\n`);
process.exit(violations.length === 0 ? 0 : 1);
