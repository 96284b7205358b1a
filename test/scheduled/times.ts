import { rawSql } from '../support/raw-sql.ts';
import type { World } from '../support/world.ts';

/** So many ms from now, in the form of an input. */
export function ahead(ms = 3_600_000): string {
  return new Date(Date.now() + ms).toISOString();
}

/** Makes all scheduled messages of a node due, and does their jobs. */
export async function allTimesCome({ stores, node: { chat } }: Pick<World, 'stores' | 'node'>): Promise<void> {
  await using sql = await rawSql(stores);
  // A time in each database's own form.
  const past = '(SELECT MIN(createdAt) FROM User)';
  await sql.run(`UPDATE ScheduledMessage SET sendAt = ${past}`, `UPDATE Job SET dueAt = ${past} WHERE kind = 'ScheduledMessageDue'`);
  await chat.jobs.doDue();
}
