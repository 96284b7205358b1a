import { rawSql } from '../support/raw-sql.ts';
import type { World } from '../support/world.ts';

/** So many ms from now, as an input has it. */
export function ahead(ms = 3_600_000): string {
  return new Date(Date.now() + ms).toISOString();
}

/** Brings the time of all about that waits to be said on a node, as time would. */
export async function allTimesCome({ stores, node: { chat } }: Pick<World, 'stores' | 'node'>): Promise<void> {
  await using sql = await rawSql(stores);
  // Written as each database writes it.
  const past = '(SELECT MIN(createdAt) FROM User)';
  await sql.run(`UPDATE ScheduledMessage SET sendAt = ${past}`, `UPDATE Job SET dueAt = ${past} WHERE kind = 'ScheduledMessageDue'`);
  await chat.jobs.doDue();
}
