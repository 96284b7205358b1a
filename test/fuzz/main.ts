// npm run fuzz -- [--seed N] [--minutes M] [--real]
import { parseArgs } from 'node:util';
import { startMariadb, startRedis } from '../support/services.ts';
import { embeddedStores, realStores } from '../support/stores.ts';
import { inWords, summary } from './report.ts';
import { runFuzz } from './run.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, minutes: { type: 'string', default: '5' }, real: { type: 'boolean', default: false } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31) + 1);
process.stdout.write(`seed ${seed}\n`);
await using open = new AsyncDisposableStack();
async function real() {
  const [mysql, redis] = [open.use(await startMariadb()), open.use(await startRedis())];
  return await realStores({ mysqlUrl: mysql.url, redisUrl: redis.url });
}
const stores = open.use(await (values.real ? real() : embeddedStores()));
const report = await runFuzz({
  seed,
  stores,
  seconds: Number(values.minutes) * 60,
  tell: (finding) => process.stdout.write(`${inWords(finding)}\n\n`),
});
process.stdout.write(`${summary(report)}\nseed ${seed}\n`);
process.exitCode = report.findings.length === 0 ? 0 : 1;
