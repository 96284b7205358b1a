import { pino } from 'pino';
import type { Config } from '../../src/config/index.ts';
import { DatabaseError } from '../../src/db/index.ts';
import { openTransfer } from '../../src/open.ts';
import type { TransferPlan, TransferProgress } from '../../src/transfer/index.ts';
import { type Commands, counted, type Flags, type Tell, table, UsageError } from './command.ts';
import { whoRuns } from './operator.ts';

// A transfer may take minutes: often enough to see that it goes on.
const tellEveryMs = 5_000;

/** The command that copies an embedded database into MySQL. */
export const transferCommands: Commands = {
  transfer: {
    words: [],
    says: 'copies the embedded database of DATA_DIR into the empty MySQL database of DATABASE_URL, while no node runs; [--check]',
    apart: transfer,
  },
};

async function transfer(config: Config, { check = false }: Flags, tell: Tell): Promise<string> {
  if (config.databaseUrl === '') throw new UsageError('Set DATABASE_URL to the empty database that the data is to go to.');
  const parts = { logger: pino({ level: 'silent' }), actor: whoRuns(), hold: !check };
  await using transferring = await openTransfer(config, parts);
  if (check) return sayPlan(await transferring.plan(), tell);
  const { tables, rows, streams } = await transferring.run(progressOf(tell));
  return [
    `Copied and compared: ${counted(rows, 'row')} of ${counted(tables, 'table')}, ${counted(streams, 'stream')}.`,
    `Start nodes with this DATABASE_URL, with REDIS_URL, and ${keysOf(config)}. Users stay signed in, and clients go on where they were.`,
    `Start no node on ${config.dataDir} any more: what is stored there from now on is not in the new database. Keep it until you have a backup of the new one.`,
  ].join('\n');
}

function keysOf({ secretKeys }: Config): string {
  return secretKeys === '' ? 'without SECRET_KEYS: the signing key is in the database' : 'with the same SECRET_KEYS as here';
}

function sayPlan({ source, target, beginsAnew, obstacles, tables }: TransferPlan, tell: Tell): string {
  const rows = tables.reduce((sum, one) => sum + one.rows, 0);
  const listed = tables.filter((one) => one.rows > 0).map((one) => [one.name, String(one.rows)]);
  const said = [
    `From ${source} to the database ${target}.`,
    ...(beginsAnew ? ['A transfer into it was not finished. What it has copied is removed first.'] : []),
    table([['TABLE', 'ROWS'], ...listed]),
    `To be copied: ${counted(rows, 'row')}.`,
  ].join('\n');
  if (obstacles.length === 0) return `${said}\nNothing stands in the way.`;
  tell(said);
  throw new DatabaseError(obstacles.join('\n'));
}

function progressOf(tell: Tell): (progress: TransferProgress) => void {
  // The rate counts from the first rows: creating the tables takes seconds and copies nothing.
  let begun: { readonly at: number; readonly rows: number } | undefined;
  let toldAt = 0;
  return ({ table: name, rows, ofRows }) => {
    const now = performance.now();
    begun ??= { at: now, rows };
    if (now - Math.max(toldAt, begun.at) < tellEveryMs) return;
    toldAt = now;
    tell(`${rows} of ${counted(ofRows, 'row')} (${name}), ${Math.round(((rows - begun.rows) * 1_000) / (now - begun.at))} rows a second`);
  };
}
