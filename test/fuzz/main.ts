// npm run fuzz -- [--twin stores|secrets] [--seed N] [--minutes M] [--real]
import { parseArgs } from 'node:util';
import { startMariadb, startRedis } from '../support/services.ts';
import { embeddedStores, realStores, type Stores } from '../support/stores.ts';
import { runSecrets } from '../twin/secrets.ts';
import { runSeries } from '../twin/series.ts';
import { runStores } from '../twin/stores.ts';
import type { Finding } from './finding.ts';
import { inWords, listed, summary } from './report.ts';
import { runFuzz } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    real: { type: 'boolean', default: false },
    twin: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31) + 1);
const seconds = Number(values.minutes) * 60;
process.stdout.write(`seed ${seed}\n`);
await using open = new AsyncDisposableStack();

/** Returns a function that creates new stores each time: embedded ones, or on services that end with this process. */
async function storesOn(kind: 'real' | 'embedded'): Promise<() => Promise<Stores>> {
  if (kind === 'embedded') return embeddedStores;
  const [mysql, redis] = [open.use(await startMariadb()), open.use(await startRedis())];
  return () => realStores({ mysqlUrl: mysql.url, redisUrl: redis.url });
}

function tell(finding: Finding): void {
  process.stdout.write(`${inWords(finding)}\n\n`);
}

async function twins(first: () => Promise<Stores>, second: () => Promise<Stores>, run: typeof runStores): Promise<number> {
  const report = await runSeries({ seed, seconds }, async (options) => {
    await using one = await first();
    await using other = await second();
    return await run({ ...options, stores: [one, other], tell });
  });
  const { seeds, operations, findings } = report;
  const counts = [...listed('answered', report.outcomes), ...listed('done', report.done)].join('\n');
  process.stdout.write(`${seeds} seeds, ${operations} operations, ${findings.length} findings\n${counts}\n`);
  return findings.length;
}

async function fuzz(stores: Stores): Promise<number> {
  const report = await runFuzz({ seed, stores, seconds, tell });
  process.stdout.write(`${summary(report)}\nseed ${seed}\n`);
  return report.findings.length;
}

async function run(): Promise<number> {
  const chosen = await storesOn(values.real ? 'real' : 'embedded');
  if (values.twin === 'stores') return await twins(embeddedStores, await storesOn('real'), runStores);
  if (values.twin === 'secrets') return await twins(chosen, chosen, runSecrets);
  if (values.twin !== undefined) throw new Error(`--twin ${values.twin}: there are stores and secrets`);
  return await fuzz(open.use(await chosen()));
}

process.exitCode = (await run()) === 0 ? 0 : 1;
