import { insertMentions, type MentionRow, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { isActive, membershipRow, requireMay } from '../group/index.ts';
import type { EffectKind, Inside } from '../log/index.ts';
import type { MessageRef } from './message.ts';
import type { Target } from './target.ts';

/** Whom a message is to mention. */
export interface Wanted {
  readonly mentionIds: readonly bigint[] | undefined;
  readonly mentionsEveryone: boolean | undefined;
}

/** Whom a message mentions. */
export interface Mentions {
  /** Each once. */
  readonly mentionIds: bigint[];
  readonly mentionsEveryone: boolean;
}

/** Of a message that mentions nobody. */
export const nobody: Mentions = { mentionIds: [], mentionsEveryone: false };

// The column holds so many ids of 19 digits, and it is more than anybody calls by name.
const maxMentions = 50;

/** As whom a row counts that mentions everyone: no user has this id. */
export const everyone = 0n;

/**
 * Whom a message may mention. Members only, and everyone where the group's policy lets the viewer; what it mentions already (`standing`) is not asked
 * again. Throws INVALID_INPUT (mentionIds: too many), NOT_FOUND (mentionIds.N), FORBIDDEN (mentionsEveryone).
 */
export async function judgeMentions(
  inside: Inside,
  { access, row }: Pick<Target, 'access' | 'row'>,
  { wanted, standing = nobody }: { readonly wanted: Wanted; readonly standing?: Mentions },
): Promise<Mentions> {
  const { mentionIds = [], mentionsEveryone = false } = wanted;
  if (mentionIds.length > maxMentions) {
    throw new ChatError('INVALID_INPUT', `A message can mention at most ${maxMentions} members by name.`, { field: ['mentionIds'] });
  }
  await Promise.all(
    mentionIds.map(async (userId, place) => {
      if (standing.mentionIds.includes(userId)) return;
      const member = await inside.read(membershipRow, { conversationId: access.conversationId, userId });
      if (isActive(member)) return;
      throw new ChatError('NOT_FOUND', 'This user is not in the conversation.', { field: ['mentionIds', String(place)] });
    }),
  );
  if (row !== null && mentionsEveryone && !standing.mentionsEveryone) {
    requireMay('MENTION_EVERYONE', { group: row, access, now: inside.now }, ['mentionsEveryone']);
  }
  return { mentionIds: [...new Set(mentionIds)], mentionsEveryone };
}

/** A message's mentions, and those it had before. */
export interface MentionChange extends MessageRef, Mentions {
  readonly senderId: bigint;
  /** The entry that makes it so: new mentions count from there on. */
  readonly entrySeq: number;
  readonly before: Mentions;
}

/** Writes the rows of mentions by new messages. */
export const newMentions: EffectKind<Omit<MentionChange, 'entrySeq' | 'before'>> = {
  name: 'mentions',
  write: (tx, messages) =>
    insertMentions(
      tx,
      messages.flatMap((message) => mentionRows(message, message.seq, mentioned(message))),
    ),
};

/** Writes the rows of mentions that an edit makes, and removes those that it takes back. */
export async function storeMentions(tx: Tx, change: MentionChange): Promise<void> {
  const { conversationId, seq: messageSeq, entrySeq } = change;
  const [now, then] = [new Set(mentioned(change)), new Set(mentioned(change.before))];
  const gone = [...then].filter((userId) => !now.has(userId));
  const fresh = [...now].filter((userId) => !then.has(userId));
  if (gone.length > 0) await tx.mention.deleteMany({ where: { conversationId, messageSeq, userId: { in: gone } } });
  await insertMentions(tx, mentionRows(change, entrySeq, fresh));
}

function mentionRows(
  { conversationId, seq: messageSeq, senderId: byId }: MessageRef & { readonly senderId: bigint },
  seq: number,
  userIds: readonly bigint[],
): readonly MentionRow[] {
  return userIds.map((userId) => ({ conversationId, userId, seq, messageSeq, byId }));
}

function mentioned({ mentionIds, mentionsEveryone }: Mentions): readonly bigint[] {
  return mentionsEveryone ? [...mentionIds, everyone] : mentionIds;
}
