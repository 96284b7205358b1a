import { insertMentions, type MentionRow, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { isActive, membershipRow, requireMay } from '../group/index.ts';
import type { EffectKind, Inside } from '../log/index.ts';
import type { SenderAccess } from './conversation-access.ts';
import type { MessageRef } from './message.ts';

/** Whom a message is to mention, as a client gives it. */
export interface Wanted {
  readonly mentionIds: readonly bigint[] | undefined;
  readonly mentionsEveryone: boolean | undefined;
}

/** Whom a message mentions. */
export interface Mentions {
  /** Without duplicates. */
  readonly mentionIds: bigint[];
  readonly mentionsEveryone: boolean;
}

/** The mentions of a message that mentions nobody. */
export const nobody: Mentions = { mentionIds: [], mentionsEveryone: false };

// The column holds that many ids of 19 digits, and nobody names more users in a message.
const maxMentions = 50;

/** The userId of rows for mentions of everyone. No user has this id. */
export const everyone = 0n;

/**
 * Returns whom a message may mention: active members, and everyone if the group's policy lets the viewer. Mentions in `standing`, which the
 * message already has, are not checked again. Throws INVALID_INPUT (mentionIds: too many), NOT_FOUND (mentionIds.N), FORBIDDEN
 * (mentionsEveryone).
 */
export async function judgeMentions(
  inside: Inside,
  { access, row }: Pick<SenderAccess, 'access' | 'row'>,
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

/** A message's mentions after an edit, and before it. */
export interface MentionChange extends MessageRef, Mentions {
  readonly senderId: bigint;
  /** The entry of the edit. Mentions that it adds count from that seq on. */
  readonly entrySeq: number;
  readonly before: Mentions;
}

/** Inserts the rows for mentions in new messages. */
export const newMentions: EffectKind<Omit<MentionChange, 'entrySeq' | 'before'>> = {
  name: 'mentions',
  write: (tx, messages) =>
    insertMentions(
      tx,
      messages.flatMap((message) => mentionRows(message, message.seq, mentioned(message))),
    ),
};

/** Inserts the rows for mentions that an edit adds, and deletes those for mentions that it removes. */
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
