import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ChatError } from '../errors.ts';
import { groupHistories, joinPolicies } from '../group/index.ts';
import { isStorable } from '../text.ts';

// Long enough for the ids of any product. Only a hash of an id is stored.
const maxId = 200;

const id = z.string().min(1).max(maxId).refine(isStorable, 'An id must be well-formed Unicode without NUL.');
// No product has content from before 1970. Times in the future are rejected when a line is stored, by the database's clock.
const firstMs = 0;
const time = z.iso
  .datetime({ offset: true, error: 'A time must be written like 2027-01-31T20:00:00Z.' })
  .transform((text) => new Date(text))
  .refine((at) => at.getTime() >= firstMs, 'A time must not be before 1970.');
const text = z.string();
const data = z.record(z.string(), z.unknown());
const attachment = z.strictObject({
  ...{ url: text, mediaType: text, name: text.nullish(), alt: text.nullish() },
  ...{ size: z.number().nullish(), width: z.number().nullish(), height: z.number().nullish(), durationMs: z.number().nullish() },
});
const member = z.strictObject({ user: id, role: z.enum(['OWNER', 'ADMIN', 'MEMBER']).optional(), nickname: text.nullish() });
const reaction = z.strictObject({ emoji: text, users: z.array(id).min(1) });

const user = z.strictObject({
  ...{ kind: z.literal('user'), id, handle: text, displayName: text.nullish(), avatarUrl: text.nullish(), bio: text.nullish() },
  ...{ bot: z.boolean().optional(), subject: text.optional(), issuer: text.optional(), createdAt: time.optional() },
});
const direct = z.strictObject({ kind: z.literal('direct'), id, users: z.tuple([id, id]), createdAt: time.optional() });
const group = z.strictObject({
  ...{ kind: z.literal('group'), id, name: text, description: text.nullish(), avatarUrl: text.nullish(), data: data.nullish() },
  ...{ joinPolicy: z.enum(joinPolicies).optional(), history: z.enum(groupHistories).optional(), createdAt: time },
  members: z.array(member).min(1),
});
const message = z.strictObject({
  ...{ kind: z.literal('message'), id, conversation: id, sender: id, sentAt: time, text: text.optional() },
  ...{ replyTo: id.optional(), thread: id.optional(), attachments: z.array(attachment).optional(), data: data.nullish() },
  ...{ mentions: z.array(id).max(50).optional(), mentionsEveryone: z.boolean().optional() },
  ...{ editedAt: time.optional(), recalledAt: time.optional(), reactions: z.array(reaction).optional() },
});
const read = z.strictObject({ kind: z.literal('read'), user: id, conversation: id, message: id });

const shapes = { user, direct, group, message, read } as const;

/** The kinds of lines. */
export type LineKind = keyof typeof shapes;
/** A user. */
export type UserLine = z.output<typeof user>;
/** A direct conversation of two users. */
export type DirectLine = z.output<typeof direct>;
/** A group and its members. */
export type GroupLine = z.output<typeof group>;
/** A message. */
export type MessageLine = z.output<typeof message>;
/** How far a user has read a conversation. */
export type ReadLine = z.output<typeof read>;
/** The content of a line. */
export type Line = UserLine | DirectLine | GroupLine | MessageLine | ReadLine;

/** A line and its place in the file. */
export interface Numbered<L extends Line = Line> {
  readonly line: L;
  /** The line number, from 1 on. */
  readonly number: number;
  /** The length of the line in UTF-16 code units. */
  readonly length: number;
}

/** Returns the error for a fault of a line. */
export function invalid(message: string, ...field: readonly string[]): ChatError {
  return new ChatError('INVALID_INPUT', message, { field });
}

/** Throws INVALID_INPUT (`field`) for a time in the future. */
export function requirePast(at: Date | undefined, now: Date, field: string): void {
  if (at !== undefined && at > now) throw invalid('This time is in the future.', field);
}

/** Returns the error for a group and a direct conversation with the same id: the messages of one would end up in the other. */
export function otherKind(): ChatError {
  return new ChatError('CONFLICT', 'A group and a direct conversation have the same id. Give each its own.', { field: ['id'] });
}

/** Returns the error for a sender who is not one of the two users of a direct conversation. */
export function noSide(): ChatError {
  return invalid('The sender is not one of the two members of this direct conversation.', 'sender');
}

/** Returns the error for a handle that belongs to somebody else. */
export function handleTaken(): ChatError {
  return new ChatError('CONFLICT', 'This handle is taken. Choose another, or provide the subject that its user signs in with.', {
    field: ['handle'],
  });
}

/** Returns the error for a subject that an earlier user of the file has. */
export function subjectTaken(): ChatError {
  return new ChatError('CONFLICT', 'An earlier line has the same subject.', { field: ['subject'] });
}

/** Returns the error for a message older than the last entry of its conversation. */
export function tooOld(lastAt: Date): ChatError {
  return invalid(`This conversation already has content from ${lastAt.toISOString()}. Put older lines before it.`, 'sentAt');
}

/** Parses a line. Throws INVALID_INPUT if it is not JSON or has the shape of no kind. */
export function parseLine(written: string): Line {
  const value = jsonOf(written);
  const kind = typeof value === 'object' && value !== null ? Reflect.get(value, 'kind') : undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(shapes, kind))
    throw invalid(`kind must be one of ${Object.keys(shapes).join(', ')}.`, 'kind');
  const { data: line, error } = shapes[kind as LineKind].safeParse(value);
  if (line !== undefined) return line;
  const [issue] = error.issues;
  throw invalid(issue?.message ?? 'The line does not have the expected shape.', ...(issue?.path ?? []).map(String));
}

function jsonOf(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch (error) {
    throw invalid(`The line is not JSON: ${(error as Error).message}`);
  }
}

/** Creates the functions that make keys for the ids of one source. Equal ids of different sources have different keys. */
export function createKeys(source: string) {
  function keyOf(...names: readonly string[]): string {
    return createHash('sha256')
      .update(JSON.stringify([source, ...names]))
      .digest('hex')
      .slice(0, 32);
  }
  return {
    user: (named: string) => keyOf('user', named),
    conversation: (named: string) => keyOf('conversation', named),
    /** A message id has to be unique within its conversation only. */
    message: (conversation: string, named: string) => keyOf('message', conversation, named),
  };
}

/** The functions that make keys for the ids of one source. */
export type Keys = ReturnType<typeof createKeys>;

/** What a line refers to: an earlier line or an earlier import must have defined its key. */
export interface Reference {
  readonly key: string;
  readonly field: readonly string[];
  readonly what: 'user' | 'conversation' | 'message';
}

/** Returns the key that a line defines, and the keys that it refers to. A read line defines none. */
export function keysOf(keys: Keys, line: Line): { readonly own: string | null; readonly refers: readonly Reference[] } {
  const users = (named: readonly string[], ...field: readonly string[]): Reference[] =>
    named.map((one, place) => ({ key: keys.user(one), field: [...field, String(place)], what: 'user' }));
  switch (line.kind) {
    case 'user':
      return { own: keys.user(line.id), refers: [] };
    case 'direct':
      return { own: keys.conversation(line.id), refers: users(line.users, 'users') };
    case 'group':
      return {
        own: keys.conversation(line.id),
        refers: line.members.map((one, place) => ({ key: keys.user(one.user), field: ['members', String(place), 'user'], what: 'user' })),
      };
    case 'message':
      return { own: keys.message(line.conversation, line.id), refers: referencesOf(keys, line, users) };
    case 'read':
      return {
        own: null,
        refers: [
          { key: keys.user(line.user), field: ['user'], what: 'user' },
          { key: keys.conversation(line.conversation), field: ['conversation'], what: 'conversation' },
          { key: keys.message(line.conversation, line.message), field: ['message'], what: 'message' },
        ],
      };
  }
}

function referencesOf(
  keys: Keys,
  { conversation, sender, replyTo, thread, mentions = [], reactions = [] }: MessageLine,
  users: (named: readonly string[], ...field: readonly string[]) => readonly Reference[],
): readonly Reference[] {
  const message = (field: string, named: string | undefined): Reference[] =>
    named === undefined ? [] : [{ key: keys.message(conversation, named), field: [field], what: 'message' }];
  return [
    { key: keys.conversation(conversation), field: ['conversation'], what: 'conversation' },
    { key: keys.user(sender), field: ['sender'], what: 'user' },
    ...message('replyTo', replyTo),
    ...message('thread', thread),
    ...users(mentions, 'mentions'),
    ...reactions.flatMap(({ users: named }, place) => users(named, 'reactions', String(place), 'users')),
  ];
}

/** Returns the error for a reference that no earlier line defines. */
export function unknownReference({ field, what }: Reference): ChatError {
  return new ChatError('NOT_FOUND', `No earlier line defines this ${what}.`, { field });
}
