import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** The name of a group, or the key of a direct conversation, which names its two users (Conversation.directKey). */
export interface NamedConversation {
  readonly id: bigint;
  readonly name: string | null;
  readonly directKey: string | null;
}

/** Reads the names of conversations, in no order. Reads no other columns: a row may hold kilobytes of text. */
export async function readConversationNames(tx: Tx, ids: readonly bigint[]): Promise<readonly NamedConversation[]> {
  const rows = await inPieces(ids, (piece) =>
    tx.$queryRaw<readonly (Omit<NamedConversation, 'id'> & { readonly id: bigint | number })[]>(
      sql`SELECT id, name, directKey FROM Conversation WHERE id IN (${join([...piece])})`,
    ),
  );
  return rows.map((row) => ({ ...row, id: BigInt(row.id) }));
}

/** The names of a user, and the alias that the viewer has given them as a contact. */
export interface NamedUser {
  readonly id: bigint;
  readonly handle: string;
  readonly displayName: string;
  readonly alias: string | null;
}

/** Reads the names of users as the viewer sees them, in no order. Users whose account is erased are absent. */
export async function readUserNames(tx: Tx, viewerId: bigint, ids: readonly bigint[]): Promise<readonly NamedUser[]> {
  const rows = await inPieces(ids, (piece) =>
    tx.$queryRaw<readonly (Omit<NamedUser, 'id'> & { readonly id: bigint | number })[]>(sql`
      SELECT u.id AS id, u.handle AS handle, u.displayName AS displayName,
        (SELECT c.alias FROM Contact c WHERE c.userId = ${viewerId} AND c.otherId = u.id AND c.state = 'ACTIVE' LIMIT 1) AS alias
      FROM User u WHERE u.id IN (${join([...piece])}) AND u.state = 'ACTIVE'`),
  );
  return rows.map((row) => ({ ...row, id: BigInt(row.id) }));
}
