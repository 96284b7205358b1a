import type { Db } from '../db/index.ts';
import { firstSeen, isBrought } from '../message/index.ts';

/** Which entries of a conversation somebody is to be told of. */
export interface Stretch {
  readonly conversationId: bigint;
  readonly fromSeq: number;
  readonly seq: number;
}

/** Something that was said, as it stands. */
export interface Said {
  readonly seq: number;
  readonly senderId: bigint;
  readonly text: string;
  readonly sentAt: Date;
}

/** What somebody is to be told of a conversation. */
export interface Told {
  readonly userId: bigint;
  /** The newest message. */
  readonly message: Said;
  /** How many there are. */
  readonly count: number;
  /** Whether one of them mentions the user, or everyone. */
  readonly mentioned: boolean;
}

// More than that between two pushes nobody counts.
const atMost = 200;
// As whom a row counts that mentions everyone.
const everyone = 0n;

interface Member {
  readonly userId: bigint;
  readonly firstSeq: number;
  readonly readSeq: number;
  readonly onlyMentions: boolean;
}

interface News {
  readonly message: Said;
  /** Of the entry that brought it: the message's own, or the edit's that mentions somebody. */
  readonly seq: number;
  /** Whom that entry mentions; null: everyone. */
  readonly mentions: ReadonlySet<bigint>;
  /** True: it is told to those only whom it mentions. */
  readonly edit: boolean;
}

/**
 * What each of some users is to be told of a stretch of a conversation, as all stands: what they have not read, were not the ones to say, are there to see, want to be notified of,
 * and is said by nobody whom they have blocked. Who is to be told nothing is absent. Of what was taken back nobody is told,
 * nor of what an import has brought: a stretch that waits goes on to what is said behind that.
 */
export async function audience(
  { db }: { readonly db: Db },
  stretch: Stretch,
  userIds: readonly bigint[],
  now: Date,
): Promise<readonly Told[]> {
  const members = await readMembers(db, stretch, userIds, now);
  if (members.length === 0) return [];
  const news = await readNews(db, stretch, members);
  if (news.length === 0) return [];
  const unheard = await readUnheard(db, stretch, members, news);
  return members.flatMap((member) => tell(member, news, unheard));
}

function tell({ userId, firstSeq, readSeq, onlyMentions }: Member, news: readonly News[], unheard: ReadonlySet<string>): readonly Told[] {
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

async function readMembers(db: Db, { conversationId, seq }: Stretch, userIds: readonly bigint[], now: Date): Promise<readonly Member[]> {
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

/** What the stretch brings, newest first. */
async function readNews(db: Db, { conversationId, fromSeq, seq }: Stretch, members: readonly Member[]): Promise<readonly News[]> {
  const within = { gte: fromSeq, lte: seq };
  const select = { seq: true, senderId: true, text: true, sentAt: true } as const;
  const [said, mentions] = await Promise.all([
    db.client.message.findMany({
      where: { conversationId, seq: within, recalledAt: null },
      orderBy: { seq: 'desc' },
      take: atMost,
      select: { ...select, clientMessageId: true },
    }),
    db.client.mention.findMany({
      where: { conversationId, userId: { in: [everyone, ...members.map(({ userId }) => userId)] }, seq: within },
      select: { userId: true, seq: true, messageSeq: true },
    }),
  ]);
  const byEntry = Map.groupBy(mentions, (mention) => mention.seq);
  const whom = (entry: number): ReadonlySet<bigint> => new Set((byEntry.get(entry) ?? []).map(({ userId }) => userId));
  const edited = [...byEntry].flatMap(([entry, [first]]) =>
    first === undefined || first.messageSeq === entry ? [] : [{ entry, messageSeq: first.messageSeq }],
  );
  const messages = await db.client.message.findMany({
    where: { conversationId, seq: { in: edited.map(({ messageSeq }) => messageSeq).slice(0, atMost) }, recalledAt: null },
    select,
  });
  const found = new Map(messages.map((message) => [message.seq, message]));
  const ofEdits = edited.flatMap(({ entry, messageSeq }) => {
    const message = found.get(messageSeq);
    return message === undefined ? [] : [{ message, seq: entry, mentions: whom(entry), edit: true }];
  });
  const saidHere = said.filter((message) => !isBrought({ conversationId, ...message }));
  const ofMessages = saidHere.map((message) => ({ message, seq: message.seq, mentions: whom(message.seq), edit: false }));
  return [...ofMessages, ...ofEdits].sort((one, other) => other.seq - one.seq);
}

/** What somebody has deleted for themselves, `user:seq`, and whom they have blocked, `user:from:sender`. */
async function readUnheard(
  db: Db,
  { conversationId }: Stretch,
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
