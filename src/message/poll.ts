import { deleteVotes, insertVotes, type NewVoteRow, type Tx, type VoteRow } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { conversationRow, requireMay } from '../group/index.ts';
import { cancelJob, putJob } from '../jobs/index.ts';
import { type Effect, type EffectKind, effect, type Fact, type Inside, type NewPoll, type Poll, type Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { requireReach } from './conversation-access.ts';
import { messageAt } from './facts.ts';
import type { Message, MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { type OwnVotes, readChoices } from './poll-list.ts';
import { maxOptions } from './poll-shape.ts';
import { refKey } from './store.ts';
import { requireNotRecalled, type Target } from './target.ts';

/** An option of a message's poll, by its index, from 0. */
export interface OptionRef extends MessageRef {
  readonly choice: number;
}

/** All options that a user votes for. Empty: they take their vote back. */
export interface Voting {
  readonly message: MessageRef;
  readonly options: readonly OptionRef[];
}

/** A poll, and when it closes. */
interface Closing extends MessageRef {
  readonly closesAt: Date;
}

/** The options that a user voted for. Guarded by the lock on the conversation's stream. */
const chosen: Fact<OwnVotes, readonly number[]> = {
  name: 'votes',
  key: ({ userId, ...ref }) => `${refKey(ref)}:${userId}`,
  read: readChoices,
};

/** Inserts votes. */
const given: EffectKind<NewVoteRow> = { name: 'votes', write: insertVotes };

/** Deletes votes. */
const takenBack: EffectKind<VoteRow> = { name: 'votes taken back', write: deleteVotes };

/** Leaves jobs that close polls at their time. */
const newClosings: EffectKind<Closing> = {
  name: 'polls to be closed',
  async write(tx, closings) {
    for (const { conversationId, seq: messageSeq, closesAt: dueAt } of closings) {
      await putJob(tx, {
        kind: 'PollDue',
        key: closingKey({ conversationId, seq: messageSeq }),
        data: { conversationId, messageSeq },
        dueAt,
      });
    }
  },
};

/** Returns the effect that leaves the job for closing a message's poll; none if the poll has no such time. */
export function closingsOf({ conversationId, seq, poll }: MessageRef & { readonly poll: NewPoll | null }): readonly Effect[] {
  const closesAt = poll?.closesAt ?? null;
  return closesAt === null ? [] : [effect(newClosings, { conversationId, seq, closesAt })];
}

// Two numbers, of at most 19 and 10 digits.
function closingKey(ref: MessageRef): string {
  return refKey(ref);
}

/** Cancels the jobs for closing polls, if there are any. */
export async function cancelClosings(tx: Tx, messages: readonly (MessageRef & Pick<Message, 'poll'>)[]): Promise<void> {
  for (const { poll, conversationId, seq } of messages) {
    if (poll !== null && poll.closesAt !== null && poll.closedAt === null)
      await cancelJob(tx, 'PollDue', closingKey({ conversationId, seq }));
  }
}

/**
 * Sets the viewer's vote in a poll, which replaces their earlier one. The same vote again has no effect. Throws INVALID_INPUT (optionIds;
 * messageId: no poll, or recalled), NOT_FOUND (messageId, optionIds.N), TOO_LATE (messageId: closed), UNAVAILABLE, and what requireReach
 * throws.
 */
export async function votePoll({ db, log }: MessageParts, viewer: Viewer, { message: ref, options }: Voting): Promise<Message> {
  const own: OwnVotes = { conversationId: ref.conversationId, seq: ref.seq, userId: viewer.userId };
  if (options.length > maxOptions) throw invalidOptions(`A poll can have at most ${maxOptions} options.`);
  return log.append<Message>({
    lock: [ref.conversationId],
    // One vote of a user in a commit. Votes of others do not affect it, and what changes the message has its stream to itself.
    keys: [`votes:${refKey(own)}:${own.userId}`],
    async decide(inside) {
      const target = await requireNotRecalled(inside, viewer, ref);
      const { message } = target;
      const poll = requirePoll(message);
      const wanted = requireChoices(options, { ref, poll });
      const standing = await inside.read(chosen, own);
      const added = wanted.filter((choice) => !standing.includes(choice));
      const removed = standing.filter((choice) => !wanted.includes(choice));
      // A repeated request must succeed even if the poll has been closed since.
      if (added.length === 0 && removed.length === 0) return { result: () => message };
      if (isOver(poll, inside.now)) throw new ChatError('TOO_LATE', 'The poll is closed.', { field: ['messageId'] });
      if (added.length > 0) await requireReach(inside, { db }, { writing: target, field: ['messageId'] });
      return {
        // The log must not know who voted in an anonymous poll.
        entries: () => [
          {
            stream: ref.conversationId,
            actorId: poll.anonymous ? null : viewer.userId,
            entry: { type: 'PollVoted', data: { messageSeq: ref.seq, choices: poll.anonymous ? null : wanted } },
          },
        ],
        effects: ({ entries }) => [
          ...removed.map((choice) => effect(takenBack, { ...own, choice })),
          ...added.map((choice) => effect(given, { ...own, choice, entrySeq: poll.anonymous ? null : (entries[0]?.seq ?? null) })),
        ],
        result: () => message,
      };
    },
  });
}

/** Whether the poll is closed, or its closing time has come. */
function isOver({ closedAt, closesAt }: Poll, now: Date): boolean {
  return closedAt !== null || (closesAt !== null && closesAt <= now);
}

function requirePoll({ poll }: Message): Poll {
  if (poll !== null) return poll;
  throw new ChatError('INVALID_INPUT', 'This message has no poll.', { field: ['messageId'] });
}

function requireChoices(
  options: readonly OptionRef[],
  { ref, poll }: { readonly ref: MessageRef; readonly poll: Poll },
): readonly number[] {
  for (const [place, { conversationId, seq, choice }] of options.entries()) {
    if (conversationId === ref.conversationId && seq === ref.seq && choice < poll.options.length) continue;
    throw new ChatError('NOT_FOUND', 'This option is not in the poll.', { field: ['optionIds', String(place)] });
  }
  const choices = [...new Set(options.map(({ choice }) => choice))].toSorted((one, other) => one - other);
  if (choices.length > 1 && !poll.multiple) throw invalidOptions('This poll allows only one option per vote.');
  return choices;
}

function invalidOptions(message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: ['optionIds'] });
}

/**
 * Closes a poll: nobody can vote any more, and the votes stay. Repeating it has no effect. Throws INVALID_INPUT (messageId: no poll, or
 * recalled), NOT_FOUND (messageId), FORBIDDEN (messageId: sent by another user, unless the viewer has the right CLOSE_POLLS), UNAVAILABLE.
 */
export function closePoll({ log }: MessageParts, viewer: Viewer, ref: MessageRef): Promise<Message> {
  return log.append<Message>({
    lock: [ref.conversationId],
    async decide(inside) {
      const target = await requireNotRecalled(inside, viewer, ref);
      const poll = requirePoll(target.message);
      requireRight(inside, viewer, target);
      return closing(target.message, { poll, actorId: viewer.userId });
    },
  });
}

function requireRight({ now }: Inside, { userId }: Viewer, { message, access, row }: Target): void {
  if (message.senderId === userId) return;
  const field = ['messageId'];
  if (row === null) throw new ChatError('FORBIDDEN', 'Only the poll’s sender can close it.', { field });
  requireMay('CLOSE_POLLS', { group: row, access, now }, field);
}

function closing(message: Message, { poll, actorId }: { readonly poll: Poll; readonly actorId: bigint | null }): Verdict<Message> {
  const { conversationId, seq } = message;
  if (poll.closedAt !== null) return { result: () => message };
  // Nobody could vote after that time, even if the poll is closed later.
  const from = (at: Date) => (poll.closesAt !== null && poll.closesAt < at ? poll.closesAt : at);
  return {
    entries: () => [{ stream: conversationId, actorId, entry: { type: 'PollClosed', data: { messageSeq: seq } } }],
    async write(tx, { at }) {
      await tx.message.updateMany({ where: { conversationId, seq }, data: { pollClosedAt: from(at) } });
      // At its time it is the job itself that closes the poll, and it ends by itself.
      if (actorId !== null) await cancelClosings(tx, [message]);
    },
    result: ({ at }) => ({ ...message, poll: { ...poll, closedAt: from(at) } }),
  };
}

/** Closes a poll whose time has come. Has no effect if the poll is closed, or its message or group is gone. Throws UNAVAILABLE. */
export async function closeDue({ log }: Pick<MessageParts, 'log'>, ref: MessageRef): Promise<void> {
  await log.append<unknown>({
    lock: [ref.conversationId],
    async decide(inside): Promise<Verdict<unknown>> {
      const [message, row] = await Promise.all([inside.read(messageAt, ref), inside.read(conversationRow, ref.conversationId)]);
      const poll = message?.poll ?? null;
      if (message === null || poll === null || row === null || row.dissolvedAt !== null) return { result: () => undefined };
      // The clock may have been set back since.
      if (!isOver(poll, inside.now)) return { effects: () => closingsOf(message), result: () => undefined };
      return closing(message, { poll, actorId: null });
    },
  });
}
