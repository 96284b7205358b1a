import { type Db, inPieces } from '../db/index.ts';
import { firstSeen, isImported } from '../message/index.ts';

/** A range of entries of a conversation of which users may have to be notified. */
export interface EntryRange {
  readonly conversationId: bigint;
  readonly fromSeq: number;
  readonly seq: number;
}

/** A message, as it is now. */
export interface PushedMessage {
  readonly seq: number;
  readonly senderId: bigint;
  readonly text: string;
  readonly sentAt: Date;
}

/** What a user is notified of. */
export interface Notification {
  readonly userId: bigint;
  /** The newest message. */
  readonly message: PushedMessage;
  /** The number of messages. */
  readonly count: number;
  /** Whether one of them mentions the user, or everyone. */
  readonly mentioned: boolean;
}

// Nobody counts more messages than this between two pushes.
const atMost = 200;
// The user id in a row that mentions everyone.
const everyone = 0n;

interface Member {
  readonly userId: bigint;
  readonly firstSeq: number;
  readonly readSeq: number;
  readonly onlyMentions: boolean;
}

interface News {
  readonly message: PushedMessage;
  /** The seq of the entry that brought it: the message's own, or that of the edit that mentions somebody. */
  readonly seq: number;
  /** The users that this entry mentions; `everyone` stands for all. */
  readonly mentions: ReadonlySet<bigint>;
  /** True: only the users it mentions are notified. */
  readonly edit: boolean;
}

/**
 * Finds what each of these users is to be notified of in a range of a conversation, as of now. It leaves out messages that the user has
 * read, sent, may not see, has silenced or hidden, and those of senders whom they have blocked. Recalled and imported messages are left out
 * for everybody. Users without anything left are absent.
 */
export async function audience(
  { db }: { readonly db: Db },
  stretch: EntryRange,
  userIds: readonly bigint[],
  now: Date,
): Promise<readonly Notification[]> {
  const members = await readMembers(db, stretch, userIds, now);
  if (members.length === 0) return [];
  const news = await readNews(db, stretch, members);
  if (news.length === 0) return [];
  const unheard = await readUnheard(db, stretch, members, news);
  return members.flatMap((member) => tell(member, news, unheard));
}

function tell(
  { userId, firstSeq, readSeq, onlyMentions }: Member,
  news: readonly News[],
  unheard: ReadonlySet<string>,
): readonly Notification[] {
  const mentions = (of: News): boolean => of.mentions.has(userId) || of.mentions.has(everyone);
  const theirs = news.filter(
    (one) =>
      one.message.senderId !== userId &&
      one.seq > readSeq &&
      one.message.seq >= firstSeq &&
      (mentions(one) || !(onlyMentions || one.edit)) &&
      !unheard.has(`${userId}:from:${one.message.senderId}`) &&
      !unheard.has(`${userId}:${one.message.seq}`),
  );
  const [newest] = theirs;
  if (newest === undefined) return [];
  const count = new Set(theirs.map(({ message }) => message.seq)).size;
  return [{ userId, message: newest.message, count, mentioned: theirs.some(mentions) }];
}

async function readMembers(db: Db, { conversationId, seq }: EntryRange, userIds: readonly bigint[], now: Date): Promise<readonly Member[]> {
  const rows = await db.client.membership.findMany({
    where: {
      conversationId,
      userId: { in: [...userIds] },
      state: 'ACTIVE',
      shown: true,
      notificationLevel: { not: 'NONE' },
      readSeq: { lt: seq },
    },
    select: { userId: true, fromSeq: true, clearedSeq: true, readSeq: true, notificationLevel: true, silentUntil: true },
  });
  return rows
    .filter(({ silentUntil }) => silentUntil === null || silentUntil <= now)
    .map(({ notificationLevel, ...row }) => ({ ...row, firstSeq: firstSeen(row), onlyMentions: notificationLevel === 'MENTIONS' }));
}

/**
 * Reads the newest messages of the range, and each member's newest mention, by a message or an edit, however many messages came after it.
 * The newest first.
 */
async function readNews(db: Db, { conversationId, fromSeq, seq }: EntryRange, members: readonly Member[]): Promise<readonly News[]> {
  const within = { gte: fromSeq, lte: seq };
  const select = { seq: true, senderId: true, text: true, sentAt: true, clientMessageId: true } as const;
  const [said, rows] = await Promise.all([
    db.client.message.findMany({
      where: { conversationId, seq: within, recalledAt: null },
      orderBy: { seq: 'desc' },
      take: atMost,
      select,
    }),
    db.client.mention.findMany({
      where: { conversationId, userId: { in: [everyone, ...members.map(({ userId }) => userId)] }, seq: within },
      select: { userId: true, seq: true, messageSeq: true },
    }),
  ]);
  const mentions = rows.toSorted((one, other) => other.seq - one.seq);
  const byEntry = Map.groupBy(mentions, (mention) => mention.seq);
  const whom = (entry: number): ReadonlySet<bigint> => new Set((byEntry.get(entry) ?? []).map(({ userId }) => userId));
  const newest = new Map(mentions.toReversed().map((mention) => [mention.userId, mention]));
  const told = new Map([...mentions.slice(0, atMost), ...newest.values()].map((mention) => [mention.seq, mention.messageSeq]));
  const known = new Map(said.map((message) => [message.seq, message]));
  const others = [...told.values()].filter((messageSeq) => !known.has(messageSeq));
  const messages = await inPieces(others, (piece) =>
    db.client.message.findMany({ where: { conversationId, seq: { in: [...piece] }, recalledAt: null }, select }),
  );
  for (const message of messages) known.set(message.seq, message);
  const places = new Map([...told, ...said.map((message) => [message.seq, message.seq] as const)]);
  return [...places]
    .flatMap(([entry, messageSeq]): readonly News[] => {
      const [message, edit] = [known.get(messageSeq), entry !== messageSeq];
      const isNews = message !== undefined && (edit || !isImported({ conversationId, ...message }));
      return isNews ? [{ message, seq: entry, mentions: whom(entry), edit }] : [];
    })
    .toSorted((one, other) => other.seq - one.seq);
}

/** Reads which messages users have deleted for themselves, as `user:seq`, and whom they have blocked, as `user:from:sender`. */
async function readUnheard(
  db: Db,
  { conversationId }: EntryRange,
  members: readonly Member[],
  news: readonly News[],
): Promise<ReadonlySet<string>> {
  const userId = { in: members.map(({ userId }) => userId) };
  const senderIds = [...new Set(news.map(({ message }) => message.senderId))];
  const seqs = [...new Set(news.map(({ message }) => message.seq))];
  const [hidden, blocks] = await Promise.all([
    db.client.hiddenMessage.findMany({ where: { userId, conversationId, seq: { in: seqs } }, select: { userId: true, seq: true } }),
    db.client.block.findMany({ where: { userId, otherId: { in: senderIds }, state: 'ACTIVE' }, select: { userId: true, otherId: true } }),
  ]);
  return new Set([...hidden.map((one) => `${one.userId}:${one.seq}`), ...blocks.map((one) => `${one.userId}:from:${one.otherId}`)]);
}
