import { readFile } from 'node:fs/promises';
import { openSql } from '../../support/database.ts';
import type { RoomPlan } from '../../support/people.ts';

/** A conversation of the recipe, and its members. */
export interface RecipeRoom {
  readonly conversationId: bigint;
  readonly members: readonly bigint[];
}

/** Makes the recipe's tables in an empty database, and conversations with members. Nobody is in two of them. */
export async function prepareRecipe(databaseUrl: string, { rooms, members }: RoomPlan): Promise<readonly RecipeRoom[]> {
  const sql = await openSql(databaseUrl);
  await using _closing = { [Symbol.asyncDispose]: () => sql.end() };
  await sql.query(await readFile(new URL('tables.sql', import.meta.url), 'utf8'));
  const made = Array.from({ length: rooms }, (_, room) => ({
    conversationId: BigInt(room + 1),
    members: Array.from({ length: members }, (__, member) => BigInt(room * members + member + 1)),
  }));
  await sql.batch(
    'INSERT INTO Conversation (id) VALUES (?)',
    made.map(({ conversationId }) => [conversationId]),
  );
  await sql.batch(
    'INSERT INTO Membership (conversationId, userId) VALUES (?, ?)',
    made.flatMap(({ conversationId, members: people }) => people.map((userId) => [conversationId, userId])),
  );
  return made;
}
