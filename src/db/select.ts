import type { Tx } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import { raw, sql } from './sql.ts';

interface Rows {
  readonly Message: Awaited<ReturnType<Tx['message']['findMany']>>[number];
  readonly Membership: Awaited<ReturnType<Tx['membership']['findMany']>>[number];
  readonly Conversation: Awaited<ReturnType<Tx['conversation']['findMany']>>[number];
}

/** A model that is read so often that Prisma's query builder would cost more than the query. */
export type Selected = keyof Rows;

type Kind = 'id' | 'number' | 'text' | 'flag' | 'time' | 'bytes';

const columns: { readonly [T in Selected]: { readonly [C in keyof Rows[T]]: Kind } } = {
  Message: {
    ...{
      conversationId: 'id',
      seq: 'number',
      ordinal: 'number',
      senderId: 'id',
      clientMessageId: 'text',
      fingerprint: 'bytes',
      text: 'text',
    },
    ...{ replyToSeq: 'number', threadRootSeq: 'number', mentionsEveryone: 'flag', sentAt: 'time', editedAt: 'time', recalledAt: 'time' },
    ...{ pinnedAt: 'time', mentionIds: 'text', replyCount: 'number', hasReactions: 'flag', originId: 'id', originName: 'text' },
  },
  Membership: {
    ...{ conversationId: 'id', userId: 'id', state: 'text', role: 'text', fromSeq: 'number', untilSeq: 'number', shown: 'flag' },
    ...{ joinedAt: 'time', nickname: 'text', mutedUntil: 'time', notificationLevel: 'text', deliveredSeq: 'number', readSeq: 'number' },
    ...{ markedUnreadFromSeq: 'number', clearedSeq: 'number' },
  },
  Conversation: {
    ...{ id: 'id', kind: 'text', directKey: 'text', name: 'text', description: 'text', announcement: 'text', avatarUrl: 'text' },
    ...{ joinPolicy: 'text', invitePolicy: 'text', postPolicy: 'text', slowModeSeconds: 'number', mutedUntil: 'time', ownerId: 'id' },
    ...{ memberCount: 'number', createdById: 'id', clientGroupId: 'text', createdAt: 'time', dissolvedAt: 'time' },
    ...{ pinPolicy: 'text', mentionPolicy: 'text' },
  },
};

// The two databases tell some values in forms of their own.
const readers: { readonly [K in Kind]: (value: never) => unknown } = {
  id: (value: bigint | number) => BigInt(value),
  number: (value: bigint | number) => Number(value),
  text: (value: string) => value,
  flag: (value: boolean | bigint | number) => Boolean(value),
  time: (value: Date | string) => (value instanceof Date ? value : new Date(value)),
  bytes: (value: Uint8Array) => Uint8Array.from(value),
};

/**
 * The whole rows of a model as Prisma's findMany gives them; `rest` is what follows WHERE. Its query builder takes some 300 µs of CPU a query, this a
 * tenth of it (docs/performance.md).
 */
export async function selectRows<T extends Selected>(tx: Tx, model: T, rest: Prisma.Sql): Promise<Rows[T][]> {
  const kinds = Object.entries(columns[model]) as [keyof Rows[T] & string, Kind][];
  const rows = await tx.$queryRaw<Readonly<Record<string, unknown>>[]>(
    sql`SELECT ${raw(kinds.map(([name]) => name).join(', '))} FROM ${raw(model)} WHERE ${rest}`,
  );
  return rows.map((row) => Object.fromEntries(kinds.map(([name, kind]) => [name, read(kind, row[name])])) as Rows[T]);
}

function read(kind: Kind, value: unknown): unknown {
  return value === null ? null : readers[kind](value as never);
}
