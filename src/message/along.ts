import { z } from 'zod';
import { type Db, type HeldUser, holdUsers } from '../db/index.ts';
import { type Conversation, groupHistories, groupPolicies, joinPolicies } from '../group/index.ts';
import type { Fact } from '../log/index.ts';
import type { User } from '../user/index.ts';
import type { Message } from './message.ts';

/** What the hint of a message brings along: who said it, and where, as they stood when it was stored. */
export interface MessageAlong {
  readonly sender: User;
  /** Of groups, which many listen to. */
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
  // What an earlier release does not know another may have put there: then it is read.
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
  // What an earlier release's hint does not name stands as its groups do: it could not change them.
  announcement: text.default(null),
  avatarUrl: text,
  // What an earlier release does not know another may have put there: then it is read. So is whether it is listed.
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
});
const along = z.object({ sender: user, conversation: conversation.optional() });

const known = new WeakMap<Message, MessageAlong>();

/** Keeps by a message that was just stored what its commit knew of it. */
export function keepAlong(message: Message, along: MessageAlong): void {
  known.set(message, along);
}

/** Who said a message, and where, as they stood when it was stored; null but for the very message that `send` or `forward` has just stored and answered. */
export function storedAlong(message: Message): MessageAlong | null {
  return known.get(message) ?? null;
}

/** Reads what a hint brought; null where it brought nothing, or what another release wrote. */
export function parseAlong(brought: unknown): MessageAlong | null {
  return along.safeParse(brought).data ?? null;
}

/** The sender of a message as they are when it commits: a profile that changes meanwhile waits, so that no later message shows an earlier one. */
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
