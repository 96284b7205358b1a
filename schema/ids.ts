import type { ContactRef, ContactRequestRef } from '../src/contact/index.ts';
import type { DraftPlace } from '../src/draft/index.ts';
import { ChatError } from '../src/errors.ts';
import type { MembershipRef } from '../src/group/index.ts';
import { serverStreamId } from '../src/log/index.ts';
import { isEmoji, type MessageRef, maxOptions } from '../src/message/index.ts';
import { isUuid } from '../src/uuid.ts';

/**
 * The key in each kind of global id. DirectConversation and Group share a kind, so a conversation can be found without knowing which it is.
 */
export interface Keys {
  readonly User: bigint;
  /** The user's id. */
  readonly Presence: bigint;
  readonly Contact: ContactRef;
  readonly ContactRequest: ContactRequestRef;
  readonly Conversation: bigint;
  readonly Message: MessageRef;
  readonly Reaction: MessageRef & { readonly emoji: string };
  /** `choice`: the index of the option in the poll, from 0 on. */
  readonly PollOption: MessageRef & { readonly choice: number };
  readonly Membership: MembershipRef;
  readonly JoinRequest: MembershipRef;
  /** UUID text, lower case. */
  readonly GroupInvite: string;
  /** UUID text, lower case. */
  readonly Session: string;
  /** UUID text, lower case. */
  readonly DataExport: string;
  /** UUID text, lower case. */
  readonly Notice: string;
  /** UUID text, lower case. */
  readonly ScheduledMessage: string;
  /** The author and the place of the draft. */
  readonly Draft: DraftPlace & { readonly userId: bigint };
  /** Names a stream only: nothing can be fetched by this id. */
  readonly Server: typeof serverStreamId;
}

/** A kind of global id. */
export type IdType = keyof Keys;

/** A parsed global id. */
export type ParsedId = { readonly [T in IdType]: { readonly type: T; readonly key: Keys[T] } }[IdType];

const formats: { readonly [T in IdType]: (key: Keys[T]) => string } = {
  User: (id) => `${id}`,
  Presence: (userId) => `${userId}`,
  Contact: ({ userId, otherId }) => `${userId}:${otherId}`,
  ContactRequest: ({ fromId, toId }) => `${fromId}:${toId}`,
  Conversation: (id) => `${id}`,
  Message: ({ conversationId, seq }) => `${conversationId}:${seq}`,
  Reaction: ({ conversationId, seq, emoji }) => `${conversationId}:${seq}:${emoji}`,
  PollOption: ({ conversationId, seq, choice }) => `${conversationId}:${seq}:${choice + 1}`,
  Membership: ({ conversationId, userId }) => `${conversationId}:${userId}`,
  JoinRequest: ({ conversationId, userId }) => `${conversationId}:${userId}`,
  GroupInvite: (uuid) => uuid,
  Session: (uuid) => uuid,
  DataExport: (uuid) => uuid,
  Notice: (uuid) => uuid,
  ScheduledMessage: (uuid) => uuid,
  Draft: ({ userId, conversationId, threadRootSeq }) => `${userId}:${conversationId}:${threadRootSeq}`,
  Server: () => 'notices',
};

/** Creates the opaque global id of an object. Each object has exactly one. */
export function formatId<T extends IdType>(type: T, key: Keys[T]): string {
  return encodeText(`${type}:${formats[type](key)}`);
}

const parsers: { readonly [T in IdType]: (text: string) => Keys[T] | null } = {
  User: (text) => parseWhole(text, maxId),
  Presence: (text) => parseWhole(text, maxId),
  Contact(text) {
    const [userId, otherId] = parsePair(text, maxId);
    return userId === null || otherId === null ? null : { userId, otherId };
  },
  ContactRequest(text) {
    const [fromId, toId] = parsePair(text, maxId);
    return fromId === null || toId === null ? null : { fromId, toId };
  },
  Conversation: (text) => parseWhole(text, maxId),
  Message: parseMessage,
  Reaction(text) {
    const [, place = '', emoji = ''] = /^(\d+:\d+):(.+)$/.exec(text) ?? [];
    const message = parseMessage(place);
    return message === null || !isEmoji(emoji) ? null : { ...message, emoji };
  },
  PollOption(text) {
    const [, place = '', number = ''] = /^(\d+:\d+):(\d+)$/.exec(text) ?? [];
    const [message, choice] = [parseMessage(place), parseWhole(number, BigInt(maxOptions))];
    return message === null || choice === null ? null : { ...message, choice: Number(choice) - 1 };
  },
  Membership: parseMember,
  JoinRequest: parseMember,
  GroupInvite: parseUuid,
  Session: parseUuid,
  DataExport: parseUuid,
  Notice: parseUuid,
  ScheduledMessage: parseUuid,
  Draft(text) {
    const [, of = '', rootSeq = ''] = /^(\d+:\d+):(\d+)$/.exec(text) ?? [];
    const [userId, conversationId] = parsePair(of, maxId);
    const threadRootSeq = rootSeq === '0' ? 0n : parseWhole(rootSeq, maxSeq);
    if (userId === null || conversationId === null || threadRootSeq === null) return null;
    return { userId, conversationId, threadRootSeq: Number(threadRootSeq) };
  },
  Server: (text) => (text === 'notices' ? serverStreamId : null),
};

function parseMember(text: string): MembershipRef | null {
  const [conversationId, userId] = parsePair(text, maxId);
  return conversationId === null || userId === null ? null : { conversationId, userId };
}

function parseUuid(text: string): string | null {
  return isUuid(text) ? text : null;
}

function parseMessage(text: string): MessageRef | null {
  const [conversationId, seq] = parsePair(text, maxSeq);
  return conversationId === null || seq === null ? null : { conversationId, seq: Number(seq) };
}

function isIdType(type: string): type is IdType {
  return Object.hasOwn(parsers, type);
}

/** Parses a global id. Null if no object can have it, or it is another encoding of an id. */
export function parseId(id: string): ParsedId | null {
  const [, type = '', rest = ''] = /^(\w+):(.+)$/.exec(decodeText(id) ?? '') ?? [];
  if (!isIdType(type)) return null;
  const key = parsers[type](rest);
  return key === null ? null : ({ type, key } as ParsedId);
}

// The largest BIGINT and the largest INT of a database column. Beyond them a query would fail instead of finding nothing.
/** The largest id. */
export const maxId = 2n ** 63n - 1n;
/** The largest seq. */
export const maxSeq = 2n ** 31n - 1n;

/** Parses a whole number from 1 to max in its only decimal form. Null for anything else. */
export function parseWhole(text: string, max: bigint): bigint | null {
  if (!/^[1-9]\d{0,18}$/.test(text)) return null;
  const number = BigInt(text);
  return number <= max ? number : null;
}

function parsePair(text: string, max: bigint): readonly [bigint | null, bigint | null] {
  const [, first = '', second = ''] = /^(\d+):(\d+)$/.exec(text) ?? [];
  return [parseWhole(first, maxId), parseWhole(second, max)];
}

function keyOf<T extends IdType>(type: T, id: string): Keys[T] | null {
  const parsed = parseId(id);
  return parsed?.type === type ? (parsed.key as Keys[T]) : null;
}

/**
 * Returns the key of an id in a mutation's input. Throws ChatError INVALID_INPUT with `field` if the id is malformed or of another kind.
 */
export function inputId<T extends IdType>(type: T, id: string, ...field: readonly string[]): Keys[T] {
  const key = keyOf(type, id);
  if (key === null) throw notAnId('INVALID_INPUT', type, field);
  return key;
}

/** Like inputId, for an id that is optional. Undefined if it is absent or null. */
export function optionalInputId<T extends IdType>(
  type: T,
  id: string | null | undefined,
  ...field: readonly string[]
): Keys[T] | undefined {
  return id === null || id === undefined ? undefined : inputId(type, id, ...field);
}

/** The ids of a batch with their indexes in the input. Malformed ids are in `errors`, as inputId would throw them. */
export interface Batch<K> {
  readonly keys: readonly K[];
  /** The index of each key in the input's list. */
  readonly places: readonly string[];
  readonly errors: readonly ChatError[];
}

/** Returns the keys of the ids of a batch. Unlike inputId, a malformed id does not stop the others. */
export function inputIds<T extends IdType>(type: T, ids: readonly string[], field: string): Batch<Keys[T]> {
  const keys: Keys[T][] = [];
  const places: string[] = [];
  const errors: ChatError[] = [];
  for (const [place, id] of ids.entries()) {
    const key = keyOf(type, id);
    if (key === null) errors.push(notAnId('INVALID_INPUT', type, [field, String(place)]));
    else {
      keys.push(key);
      places.push(String(place));
    }
  }
  return { keys, places, errors };
}

/** Returns the key of an id in an argument of a query or subscription. Throws ChatError BAD_USER_INPUT that names the argument. */
export function argumentId<T extends IdType>(type: T, id: string, ...argument: readonly string[]): Keys[T] {
  const key = keyOf(type, id);
  if (key === null) throw notAnId('BAD_USER_INPUT', type, argument);
  return key;
}

/** Like argumentId, for an id that is optional. Undefined if it is absent or null. */
export function optionalArgumentId<T extends IdType>(
  type: T,
  id: string | null | undefined,
  ...argument: readonly string[]
): Keys[T] | undefined {
  return id === null || id === undefined ? undefined : argumentId(type, id, ...argument);
}

function notAnId(code: 'INVALID_INPUT' | 'BAD_USER_INPUT', type: IdType, field: readonly string[]): ChatError {
  return new ChatError(code, `${field.join('.')} is not the id of a ${type}.`, { field });
}

/** Encodes text as base64url without padding. */
export function encodeText(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}

/** Decodes base64url. Null if the code is not exactly what encodeText returns for the text. */
export function decodeText(code: string): string | null {
  const text = Buffer.from(code, 'base64url').toString('utf8');
  return encodeText(text) === code ? text : null;
}
