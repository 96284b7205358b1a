import { randomBytes } from 'node:crypto';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { Message, MessageRef, NewText } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';

/** What a poll is asked for with. */
export type WantedPoll = NonNullable<NewText['poll']>;

/** An hour from now, or so many ms. */
export function ahead(ms = 3_600_000): Date {
  return new Date(Date.now() + ms);
}

/** Asks something, by default what there is to eat. */
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

/** Chooses these, by their places. */
export function vote(chat: Pick<Chat, 'messages'>, viewer: Viewer, message: MessageRef, ...choices: readonly number[]): Promise<Message> {
  const { conversationId, seq } = message;
  return chat.messages.votePoll(viewer, { message, options: choices.map((choice) => ({ conversationId, seq, choice })) });
}

/** How many have chosen each option, and after them how many people have voted. */
export async function tally(chat: Pick<Chat, 'messages'>, message: MessageRef, options = 3): Promise<readonly number[]> {
  const [found] = await chat.messages.votes([message]);
  return [...Array.from({ length: options }, (_, choice) => found?.votes(choice) ?? 0), found?.voters ?? 0];
}

/** What was logged of a poll: each vote with who has chosen what, and who closed it. */
export async function told(db: Db, { conversationId, seq }: MessageRef): Promise<readonly string[]> {
  const rows = await db.client.entry.findMany({ where: { streamId: conversationId }, orderBy: { seq: 'asc' } });
  return rows.flatMap(({ type, actorId, data: text }) => {
    const data = JSON.parse(text) as { readonly messageSeq?: number; readonly choices?: readonly number[] | null };
    if (!type.startsWith('Poll') || data.messageSeq !== seq) return [];
    return [type === 'PollVoted' ? `${actorId} ${JSON.stringify(data.choices)}` : `${actorId} closed`];
  });
}

/** How many votes and closings are stored of a conversation. */
export async function stored(db: Db, conversationId: bigint): Promise<{ readonly votes: number; readonly jobs: number }> {
  const votes = await db.client.pollVote.count({ where: { conversationId } });
  const jobs = await db.client.job.count({ where: { kind: 'PollDue', key: { startsWith: `${conversationId}:` } } });
  return { votes, jobs };
}

/** Brings the time of a poll about, as time would: for who votes, and where `job`, for the worker too. */
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
