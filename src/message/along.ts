import { z } from 'zod';
import { type Db, type HeldUser, holdUsers } from '../db/index.ts';
import { type Conversation, groupHistories, groupPolicies, joinPolicies } from '../group/index.ts';
import type { Fact } from '../log/index.ts';
import type { User } from '../user/index.ts';
import type { Message } from './message.ts';

/** What the hint of a message carries: its sender and its conversation, as they were when the message was stored. */
export interface MessageAlong {
  readonly sender: User;
  /** Only for groups, which have many listeners. */
  readonly conversation?: Conversation | undefined;
}

const id = z.coerce.bigint();
const text = z.string().nullable();
const user = z.object({
  id,
  handle: z.string(),
  displayName: z.string(),
  avatarUrl: text,
  bio: text,
  createdAt: z.coerce.date(),
  erased: z.boolean().default(false),
  bot: z.boolean().default(false),
  // Required: an earlier release does not know this field, and a user stored by another node may have it. The hint is then not used, and
  // the sender is read from the database.
  data: text,
});
const policy = z.enum(groupPolicies).default('ADMINS');
const conversation = z.object({
  id,
  kind: z.enum(['DIRECT', 'GROUP']),
  lastSeq: z.number(),
  lastOrdinal: z.number(),
  lastActivityAt: z.coerce.date(),
  createdAt: z.coerce.date(),
  memberCount: z.number(),
  sides: z.tuple([id, id]).nullable(),
  name: text,
  description: text,
  // The default for a hint of an earlier release. That release could not change this field, so its groups have the default value.
  announcement: text.default(null),
  avatarUrl: text,
  // Required, like `listed` and `historyDays`: an earlier release does not know it, and another node may have set it. The hint is then not
  // used, and the conversation is read from the database.
  data: text,
  ownerId: id.nullable(),
  postPolicy: z.enum(groupPolicies).default('EVERYONE'),
  joinPolicy: z.enum(joinPolicies).default('INVITE_ONLY'),
  history: z.enum(groupHistories).default('JOINING'),
  invitePolicy: policy,
  pinPolicy: policy,
  mentionPolicy: policy,
  slowModeSeconds: z.number().default(0),
  mutedUntil: z.coerce.date().nullable().default(null),
  listed: z.boolean(),
  historyDays: z.number().nullable(),
});
const along = z.object({ sender: user, conversation: conversation.optional() });

const known = new WeakMap<Message, MessageAlong>();

/** Remembers, for a message that was just stored, what its commit knew about its sender and conversation. */
export function keepAlong(message: Message, along: MessageAlong): void {
  known.set(message, along);
}

/**
 * Returns the sender and the conversation of a message as they were when it was stored. Null for every object except the one that `send` or
 * `forward` has just stored and returned.
 */
export function storedAlong(message: Message): MessageAlong | null {
  return known.get(message) ?? null;
}

/** Returns what parseAlong reads, with text for ids and times. The fields are named: a walk through all of them takes twice as long. */
export function tellAlong({ sender, conversation }: MessageAlong): unknown {
  return {
    sender: { ...sender, id: String(sender.id), createdAt: sender.createdAt.toISOString() },
    conversation: conversation && {
      ...conversation,
      id: String(conversation.id),
      sides: conversation.sides?.map(String) ?? null,
      ownerId: conversation.ownerId === null ? null : String(conversation.ownerId),
      createdAt: conversation.createdAt.toISOString(),
      lastActivityAt: conversation.lastActivityAt.toISOString(),
      mutedUntil: conversation.mutedUntil?.toISOString() ?? null,
    },
  };
}

/** Parses what a hint carried. Null if it carried nothing, or something that another release wrote. */
export function parseAlong(brought: unknown): MessageAlong | null {
  return along.safeParse(brought).data ?? null;
}

/**
 * The sender of a message as of its commit. Locks the user's row, so a concurrent change of the profile waits for the commit: no later
 * message shows an earlier profile.
 */
export function senderAtCommit(db: Db): Fact<bigint, HeldUser | null> {
  return {
    name: 'sender',
    key: String,
    async read(tx, ids) {
      const found = new Map((await holdUsers(db, tx, ids)).map((row) => [row.id, row]));
      return ids.map((one) => found.get(one) ?? null);
    },
  };
}
