import type { Db } from '../../src/db/index.ts';
import type { RawSql } from '../support/raw-sql.ts';

/** Makes a conversation's entries up to a seq so many days older, and its effects done: tests cannot wait for either. */
export async function age(db: Db, conversationId: bigint, { upTo, days }: { readonly upTo: number; readonly days: number }): Promise<void> {
  const at = new Date(Date.now() - days * 86_400_000);
  await db.transaction(async (tx) => {
    await tx.message.updateMany({ where: { conversationId, seq: { lte: upTo } }, data: { sentAt: at } });
    await tx.entry.updateMany({ where: { streamId: conversationId, seq: { lte: upTo } }, data: { at } });
    const { lastSeq } = await tx.stream.findUniqueOrThrow({ where: { id: conversationId }, select: { lastSeq: true } });
    await tx.stream.updateMany({ where: { id: conversationId }, data: { jobSeq: lastSeq, jobsDue: false } });
  });
}

/** Does the same by SQL beside a node, by many years, with the conversation's number. */
export async function ageIn(sql: RawSql, id: string | bigint, upTo: number): Promise<void> {
  const at = '2001-01-01 00:00:00.000';
  await sql.run(
    `UPDATE Message SET sentAt = '${at}' WHERE conversationId = ${id} AND seq <= ${upTo}`,
    `UPDATE Entry SET at = '${at}' WHERE streamId = ${id} AND seq <= ${upTo}`,
    `UPDATE Stream SET jobSeq = lastSeq, jobsDue = 0 WHERE id = ${id}`,
  );
}
