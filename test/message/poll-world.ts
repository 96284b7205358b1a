import { randomBytes } from 'node:crypto';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { Message, MessageRef, NewText } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';

/** The input of a poll. */
export type WantedPoll = NonNullable<NewText['poll']>;

/** An hour from now, or so many ms. */
export function ahead(ms = 3_600_000): Date {
  return new Date(Date.now() + ms);
}

/** Sends a poll, by default about what to eat. */
export function ask(
  chat: Pick<Chat, 'messages'>,
  viewer: Viewer,
  conversationId: bigint,
  poll: Partial<WantedPoll> = {},
  more: Partial<NewText> = {},
): Promise<Message> {
  return chat.messages.send(viewer, {
    ...{ conversationId, text: 'What do we eat?', clientMessageId: randomBytes(8).toString('hex') },
    ...{ poll: { options: ['soup', 'rice', 'cake'], ...poll }, ...more },
  });
}

/** Votes for options by their index. */
export function vote(chat: Pick<Chat, 'messages'>, viewer: Viewer, message: MessageRef, ...choices: readonly number[]): Promise<Message> {
  const { conversationId, seq } = message;
  return chat.messages.votePoll(viewer, { message, options: choices.map((choice) => ({ conversationId, seq, choice })) });
}

/** The number of votes of each option, followed by the number of voters. */
export async function tally(chat: Pick<Chat, 'messages'>, message: MessageRef, options = 3): Promise<readonly number[]> {
  const [found] = await chat.messages.votes([message]);
  return [...Array.from({ length: options }, (_, choice) => found?.votes(choice) ?? 0), found?.voters ?? 0];
}

/** The entries of a poll: each vote with its user and choices, and who closed it. */
export async function told(db: Db, { conversationId, seq }: MessageRef): Promise<readonly string[]> {
  const rows = await db.client.entry.findMany({ where: { streamId: conversationId }, orderBy: { seq: 'asc' } });
  return rows.flatMap(({ type, actorId, data: text }) => {
    const data = JSON.parse(text) as { readonly messageSeq?: number; readonly choices?: readonly number[] | null };
    if (!type.startsWith('Poll') || data.messageSeq !== seq) return [];
    return [type === 'PollVoted' ? `${actorId} ${JSON.stringify(data.choices)}` : `${actorId} closed`];
  });
}

/** The number of stored votes and closing jobs of a conversation. */
export async function stored(db: Db, conversationId: bigint): Promise<{ readonly votes: number; readonly jobs: number }> {
  const votes = await db.client.pollVote.count({ where: { conversationId } });
  const jobs = await db.client.job.count({ where: { kind: 'PollDue', key: { startsWith: `${conversationId}:` } } });
  return { votes, jobs };
}

/** Moves the closing time of a poll into the past, and with `job` that of its job too. */
export async function timeComes(db: Db, { conversationId, seq, poll }: Message, { job = true } = {}): Promise<Date> {
  const closesAt = ahead(-1_000);
  const { options, multiple, anonymous } = poll ?? { options: [], multiple: false, anonymous: false };
  await db.transaction(async (tx) => {
    const text = JSON.stringify({ options, multiple, anonymous, closesAt });
    await tx.message.updateMany({ where: { conversationId, seq }, data: { poll: text } });
    if (job) await tx.job.updateMany({ where: { kind: 'PollDue', key: `${conversationId}:${seq}` }, data: { dueAt: closesAt } });
  });
  return closesAt;
}
