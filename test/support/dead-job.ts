import { inject } from 'vitest';
import { newUuid } from '../../src/uuid.ts';
import type { RawSql } from './raw-sql.ts';

/** Inserts a job that has failed for good, for an effect that no release has, and returns its id. */
export async function leaveDeadJob(sql: RawSql, { seq = 1, kind = 'EffectOwed' } = {}): Promise<string> {
  const id = newUuid();
  const data = JSON.stringify({ effect: 'none', streamId: '1', seq });
  // The format in which each driver writes times.
  const [between, zone] = inject('stores') === 'real' ? [' ', ''] : ['T', '+00:00'];
  const at = `'2026-01-01${between}00:00:${String(seq % 60).padStart(2, '0')}.000${zone}'`;
  await sql.run(
    `INSERT INTO Job (id, kind, \`key\`, data, dueAt, attempts, state, failure, createdAt)
     VALUES (X'${id.replaceAll('-', '')}', '${kind}', 'none:${id.slice(0, 18)}:${seq}', '${data}', ${at}, 8, 'DEAD', 'Error: it never worked', ${at})`,
  );
  return id;
}
