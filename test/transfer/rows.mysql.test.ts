import { describe, expect, it } from 'vitest';
import { models } from '../../src/db/index.ts';
import { keyFile } from '../../src/key-file.ts';
import { treatments } from '../../src/transfer/treatments.ts';
import { readModels } from '../db/models.ts';
import { runAdmin } from '../support/admin-command.ts';
import { everyRow, fillEveryTable } from './every-row.ts';
import { freshPlaces, type Places } from './places.ts';

async function filled(places: Places): ReturnType<typeof everyRow> {
  await using source = await places.openSource();
  await fillEveryTable(source);
  return await everyRow(source);
}

describe('what is copied', () => {
  it('is decided for every model', async () => {
    const names = (await readModels('prisma/schema.prisma')).map(({ name }) => name);
    expect(Object.keys(treatments).toSorted()).toEqual(names.toSorted());
    expect([...models].toSorted()).toEqual(names.toSorted());
  });

  it('is every row of every table as it was, the epoch and the key among it', async () => {
    await using places = await freshPlaces();
    const before = await filled(places);
    const { code, output, errors } = await runAdmin(places.env, 'transfer');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const copied = models.filter((model) => treatments[model] === 'copied');
    const rows = copied.reduce((sum, model) => sum + (before[model]?.length ?? 0), 0);
    expect(output).toContain(`Copied and compared: ${rows} rows of ${copied.length} tables, 4 streams.\n`);
    await using target = await places.openTarget();
    const after = await everyRow(target);
    const [last, ...acts] = (after['AuditEntry'] ?? []).toSorted((one, other) => Number(other['id']) - Number(one['id']));
    expect(last).toMatchObject({
      action: 'transfer',
      outcome: 'DONE',
      became: JSON.stringify({ tables: copied.length, rows, streams: 4 }),
    });
    expect({ ...after, AuditEntry: acts.toReversed() }).toMatchObject({ AuditEntry: before['AuditEntry'] });
    for (const model of copied) if (model !== 'AuditEntry') expect(after[model], model).toEqual(before[model]);
    expect(after['Deployment']).toEqual(before['Deployment']);
    const [id = '', secret = ''] = (await keyFile(places.dataDir)).trim().split(':');
    expect(after['ServerKey']).toMatchObject([{ id, secret }]);
  });
});
