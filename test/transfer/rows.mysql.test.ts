import { describe, expect, it } from 'vitest';
import { models } from '../../src/db/index.ts';
import { keyFile } from '../../src/key-file.ts';
import { treatments } from '../../src/transfer/treatments.ts';
import { readModels } from '../db/models.ts';
import { runAdmin } from '../support/admin-command.ts';
import { everyRow, fillEveryTable } from './every-row.ts';
import { freshPlaces, type Places, transferBetween } from './places.ts';

async function filled(places: Places): ReturnType<typeof everyRow> {
  await using source = await places.openSource();
  await fillEveryTable(source);
  return await everyRow(source);
}

// The transfer adds a row to this table.
const withOneMore = 'AuditEntry';
// `Commit` is not copied. The test checks the other two by themselves.
const notCopied: readonly string[] = ['Commit', 'Deployment', 'ServerKey'];

describe('a transfer', () => {
  it('has a treatment for every model', async () => {
    const names = (await readModels('prisma/schema.prisma')).map(({ name }) => name);
    expect(Object.keys(treatments).toSorted()).toEqual(names.toSorted());
    expect([...models].toSorted()).toEqual(names.toSorted());
  });

  it('copies every row of every table unchanged, and the epoch and the signing key', async () => {
    await using places = await freshPlaces();
    const before = await filled(places);
    const { code, output, errors } = await runAdmin(places.env, 'transfer');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const copied = models.filter((model) => !notCopied.includes(model));
    const rows = copied.reduce((sum, model) => sum + (before[model]?.length ?? 0), 0);
    expect(output).toContain(`Copied and compared: ${rows} rows of ${copied.length} tables, 4 streams.\n`);
    await using target = await places.openTarget();
    const after = await everyRow(target);
    for (const model of copied) if (model !== withOneMore) expect(after[model], model).toEqual(before[model]);
    const acts = (after[withOneMore] ?? []).toSorted((one, other) => Number(one['id']) - Number(other['id']));
    expect(acts.slice(0, -1)).toEqual(before[withOneMore]);
    const became = JSON.stringify({ tables: copied.length, rows, streams: 4 });
    expect(acts.at(-1)).toMatchObject({ action: 'transfer', outcome: 'DONE', became });
    expect(after['Deployment']).toEqual(before['Deployment']);
    const [id = '', secret = ''] = (await keyFile(places.dataDir)).trim().split(':');
    expect(after['ServerKey']).toMatchObject([{ id, secret }]);
  });

  it('does not finish if the copy differs from the source', async () => {
    await using places = await freshPlaces();
    await filled(places);
    const differences = [
      ['DELETE FROM NAME.Reply LIMIT 1', 'Reply has 2 rows in place of 3'],
      ['UPDATE NAME.Stream SET lastSeq = 77 WHERE id = 2', 'stream 2 differs from the source in the head'],
      ['UPDATE NAME.Entry SET seq = 77 WHERE seq = 1', 'stream 9007199254740993 differs from the source in the entries'],
      ['UPDATE NAME.Message SET ordinal = 77 WHERE ordinal = 1', 'stream 9007199254740993 differs from the source in the messages'],
    ] as const;
    for (const [change, why] of differences) {
      await expect(transferBetween(places, { meanwhile: () => places.rows(change) })).rejects.toThrow(`Not finished: ${why}. `);
      await expect(places.openTarget()).rejects.toThrow('a transfer into this database was begun and not finished');
    }
  });
});
