import type { Db, Tx } from './db.ts';
import { type HeldUser, heldKinds, heldUser, holdUsers } from './hold-users.ts';
import type { Kinds } from './kind.ts';
import { inPieces } from './pieces.ts';
import { rowTable } from './row-table.ts';
import { columns, kindsOf, type Rows, selectRows } from './select.ts';
import { empty, join, raw, sql } from './sql.ts';
import { joinedRow, type RawRow, rowReader } from './whole-row.ts';

/** The conversation, sender and `clientMessageId` of a message that is to be sent. */
export interface SendKey {
  readonly conversationId: bigint;
  readonly senderId: bigint;
  readonly clientMessageId: string;
}

/** The sender and `clientMessageId` of a message. */
type SentName = Pick<SendKey, 'senderId' | 'clientMessageId'>;

const memberColumns = ['conversationId', 'userId', 'state', 'role', 'mutedUntil', 'fromSeq'] as const;

/** What decides, of a sender's membership. `fromSeq` is as stored: the conversation may keep less. */
export type SenderMembership = Pick<Rows['Membership'], (typeof memberColumns)[number]>;

/** The rows that decide whether a message may be sent. */
export interface SendRows {
  /** The message that the sender has already stored under this `clientMessageId`. */
  readonly known: Rows['Message'] | null;
  readonly access: SenderMembership | null;
  readonly row: Rows['Conversation'] | null;
  /** Does not change until the transaction ends (see `holdUsers`). */
  readonly sender: HeldUser | null;
}

const memberKinds = kindsOf('Membership', memberColumns);
const readMembership = rowReader<SenderMembership>(memberKinds, 'm');
const readConversation = rowReader<Rows['Conversation']>(columns.Conversation, 'c');
const readSender = rowReader<Parameters<typeof heldUser>[0]>(heldKinds, 'u');

/** Reads the rows that decide about messages, in the order of `names`. Each table is read by a unique key. */
export async function selectSendRows(db: Pick<Db, 'dialect'>, tx: Tx, names: readonly SendKey[]): Promise<readonly SendRows[]> {
  const [only] = names;
  return only !== undefined && names.length === 1 ? [await selectOne(db, tx, only)] : selectMany(db, tx, names);
}

// One statement instead of four: messages that are sent one at a time cost as many round trips as there are statements.
async function selectOne(db: Pick<Db, 'dialect'>, tx: Tx, name: SendKey): Promise<SendRows> {
  const { conversationId, senderId, clientMessageId } = name;
  // Locks only the user's row, and only against writers.
  const held = db.dialect === 'sqlite' ? empty : sql`LOCK IN SHARE MODE`;
  const [found = {}] = await tx.$queryRaw<RawRow[]>(sql`
    SELECT k.seq AS k_seq, ${joinedRow(memberKinds, 'm')}, ${joinedRow(columns.Conversation, 'c')}, ${joinedRow(heldKinds, 'u')}
    FROM (SELECT 1 AS one) AS v
    LEFT JOIN Message k ON k.senderId = ${senderId} AND k.clientMessageId = ${clientMessageId}
    LEFT JOIN Membership m ON m.conversationId = ${conversationId} AND m.userId = ${senderId}
    LEFT JOIN Conversation c ON c.id = ${conversationId}
    LEFT JOIN (SELECT ${raw(Object.keys(heldKinds).join(', '))} FROM User WHERE id = ${senderId} ${held}) AS u ON u.id = ${senderId}`);
  const [known = null] = await selectKnown(tx, [name], [found]);
  const sender = readSender(found);
  return {
    known,
    access: present(readMembership(found), 'userId'),
    row: present(readConversation(found), 'id'),
    sender: sender.id === null ? null : heldUser(sender),
  };
}

const asked = { place: 'number', conversationId: 'id', senderId: 'id', clientMessageId: 'key' } as const satisfies Kinds;
// The column's collation: the index serves no other.
const asStored = raw('/*!80017 COLLATE utf8mb4_0900_bin */ /*M! COLLATE utf8mb4_nopad_bin */');

// Conversations are read apart, each once: a row may be large, and many messages may go there.
async function selectMany(db: Pick<Db, 'dialect'>, tx: Tx, names: readonly SendKey[]): Promise<readonly SendRows[]> {
  const [places, conversations, senders] = await Promise.all([
    inPieces([...names.entries()], (piece) =>
      tx.$queryRaw<RawRow[]>(sql`
        SELECT v.place AS place, k.seq AS k_seq, ${joinedRow(memberKinds, 'm')}
        FROM ${rowTable(
          db,
          asked,
          piece.map(([place, name]) => ({ place, ...name })),
        )}
        LEFT JOIN Message k /*! FORCE INDEX (Message_senderId_clientMessageId_key) */ ON k.senderId = v.senderId AND k.clientMessageId = v.clientMessageId ${asStored}
        LEFT JOIN Membership m /*! FORCE INDEX (PRIMARY) */ ON m.conversationId = v.conversationId AND m.userId = v.senderId`),
    ),
    inPieces([...new Set(names.map(({ conversationId }) => conversationId))], (piece) =>
      selectRows(tx, 'Conversation', sql`id IN (${join([...piece])})`),
    ),
    inPieces([...new Set(names.map(({ senderId }) => senderId))], (piece) => holdUsers(db, tx, piece)),
  ]);
  const found = places.toSorted((one, other) => Number(one['place']) - Number(other['place']));
  const known = new Map((await selectKnown(tx, names, found)).map((row) => [nameKey(row), row]));
  const rows = new Map(conversations.map((row) => [row.id, row]));
  const users = new Map(senders.map((user) => [user.id, user]));
  return names.map((name, place) => ({
    known: known.get(nameKey(name)) ?? null,
    access: present(readMembership(found[place] ?? {}), 'userId'),
    row: rows.get(name.conversationId) ?? null,
    sender: users.get(name.senderId) ?? null,
  }));
}

/** Reads the messages that were stored under these names, in no order. */
export function selectSent(tx: Tx, names: readonly SentName[]): Promise<readonly Rows['Message'][]> {
  return inPieces(names, (piece) => {
    const either = piece.map(({ senderId, clientMessageId }) => sql`(senderId = ${senderId} AND clientMessageId = ${clientMessageId})`);
    return selectRows(tx, 'Message', join(either, ' OR '));
  });
}

// There is hardly ever one. Its columns in the main statement would cost every message.
function selectKnown(tx: Tx, names: readonly SendKey[], found: readonly RawRow[]): Promise<readonly Rows['Message'][]> {
  return selectSent(
    tx,
    names.filter((_, place) => (found[place]?.['k_seq'] ?? null) !== null),
  );
}

function nameKey({ senderId, clientMessageId }: SentName): string {
  return `${senderId}:${clientMessageId}`;
}

function present<R>(row: R, key: keyof R): R | null {
  return row[key] === null ? null : row;
}
