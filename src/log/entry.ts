import { z } from 'zod';

// Ids are bigint in the process and decimal text in JSON, which has no integers past 2^53.
const id = z.coerce.bigint();
const seq = z.number().int().nonnegative();
const date = z.coerce.date();
const contactRequest = z.object({ fromId: id, toId: id });
const joinRequest = z.object({ conversationId: id, userId: id });

/** Why a membership ended (schema: `enum LeaveReason`). */
export const leaveReasons = ['LEFT', 'REMOVED', 'BANNED', 'DISSOLVED'] as const;
export type LeaveReason = (typeof leaveReasons)[number];

/** A file that is stored elsewhere, at `url`. A property that is null is unknown. */
const attachment = z.object({
  url: z.string(),
  mediaType: z.string(),
  name: z.string().nullable().default(null),
  /** In bytes. */
  size: z.number().nullable().default(null),
  /** In pixels, as is `height`. */
  width: z.number().nullable().default(null),
  height: z.number().nullable().default(null),
  durationMs: z.number().nullable().default(null),
  /** A description for users who cannot see or hear the file. */
  alt: z.string().nullable().default(null),
});

/** The attachments of a message, in order. */
export const attachmentList = z.array(attachment).readonly();

/** A poll as a message's row stores it. The text of the message is the question. */
export const newPoll = z.object({
  /** An option is identified by its index, which never changes. */
  options: z.array(z.string()).readonly(),
  /** Whether a user may choose several options. */
  multiple: z.boolean(),
  /** Whether nobody is told who voted for what. */
  anonymous: z.boolean(),
  /** When voting ends, or null if it ends only when the poll is closed. */
  closesAt: date.nullable(),
});

/** A message as its log entry carries it. Its seq, sender and time are the entry's. */
const message = z.object({
  ordinal: z.number().int(),
  clientMessageId: z.string(),
  text: z.string(),
  replyToSeq: seq.nullable(),
  // The defaults are for the hints of an earlier release, which lacks these properties.
  threadRootSeq: seq.nullable().default(null),
  mentionIds: z.array(id).default([]),
  mentionsEveryone: z.boolean().default(false),
  /** For a forwarded message: who wrote the original, and their name when it was first forwarded. null: not forwarded. */
  origin: z.object({ userId: id, name: z.string() }).nullable().default(null),
  replyCount: z.number().int().default(0),
  hasReactions: z.boolean().default(false),
  editedAt: date.nullable(),
  recalledAt: date.nullable(),
  pinnedAt: date.nullable().default(null),
  attachments: attachmentList.default([]),
  /** A JSON object of the sender's client, or null. Kept as text, because the server does not read it and returns it unchanged. */
  data: z.string().nullable().default(null),
  /** `closedAt`: when the poll was closed, or null if it was not. */
  poll: newPoll.extend({ closedAt: date.nullable() }).nullable().default(null),
});

/** The fields of a group that an act can change (schema: `enum GroupField`). */
export const groupFields = [
  ...(['name', 'description', 'announcement', 'avatarUrl', 'joinPolicy', 'invitePolicy', 'postPolicy'] as const),
  ...(['history', 'pinPolicy', 'mentionPolicy', 'slowModeSeconds', 'mutedUntil', 'ownerId', 'data', 'listed', 'historyDays'] as const),
] as const;
export type GroupField = (typeof groupFields)[number];

/**
 * The fields of a membership that an act can change (schema: `enum MembershipField`). A user who is banned or unbanned need not be a
 * member.
 */
export const memberFields = ['role', 'nickname', 'mutedUntil', 'banned', 'unbanned'] as const;
export type MemberField = (typeof memberFields)[number];

/**
 * Every type of log entry, with the kind of its stream (the followers of the stream are the audience), whether Conversation.timeline shows
 * it, and the shape of its data. A type that is added here fails to compile until schema/events shows it.
 */
export const entryTypes = {
  MessageSent: { on: 'conversation', timeline: true, data: message },
  MemberJoined: { on: 'conversation', timeline: true, data: z.object({ userId: id }) },
  MemberLeft: { on: 'conversation', timeline: true, data: z.object({ userId: id, reason: z.enum(leaveReasons) }) },
  MemberChanged: { on: 'conversation', timeline: true, data: z.object({ userId: id, fields: z.array(z.enum(memberFields)) }) },
  MessageEdited: { on: 'conversation', timeline: false, data: z.object({ messageSeq: seq }) },
  MessageRecalled: { on: 'conversation', timeline: false, data: z.object({ messageSeq: seq }) },
  ReactionsChanged: { on: 'conversation', timeline: false, data: z.object({ messageSeq: seq, emoji: z.string(), added: z.boolean() }) },
  // The actor is the voter, and `choices` are the indexes of all options that they now have chosen. In an anonymous poll both are null.
  PollVoted: { on: 'conversation', timeline: false, data: z.object({ messageSeq: seq, choices: z.array(seq).readonly().nullable() }) },
  PollClosed: { on: 'conversation', timeline: false, data: z.object({ messageSeq: seq }) },
  PinChanged: { on: 'conversation', timeline: true, data: z.object({ messageSeq: seq, pinned: z.boolean() }) },
  // All entries up to and including `untilSeq` are removed, for everybody.
  HistoryTrimmed: { on: 'conversation', timeline: false, data: z.object({ untilSeq: seq }) },
  GroupChanged: { on: 'conversation', timeline: true, data: z.object({ fields: z.array(z.enum(groupFields)) }) },
  // `fromSeq`: the first seq that the user may read. Absent: the one after `seq`.
  ConversationOpened: { on: 'account', timeline: false, data: z.object({ conversationId: id, seq, fromSeq: seq.optional() }) },
  ConversationClosed: { on: 'account', timeline: false, data: z.object({ conversationId: id, reason: z.enum(leaveReasons) }) },
  MembershipSettled: { on: 'account', timeline: false, data: z.object({ conversationId: id }) },
  MessageHidden: { on: 'account', timeline: false, data: z.object({ conversationId: id, messageSeq: seq }) },
  ConversationCleared: { on: 'account', timeline: false, data: z.object({ conversationId: id, clearedSeq: seq }) },
  ThreadRead: { on: 'account', timeline: false, data: z.object({ conversationId: id, rootSeq: seq, readSeq: seq }) },
  ContactRequestSent: { on: 'account', timeline: false, data: contactRequest },
  ContactRequestReceived: { on: 'account', timeline: false, data: contactRequest },
  ContactRequestWithdrawn: { on: 'account', timeline: false, data: contactRequest },
  ContactRequestClosed: { on: 'account', timeline: false, data: contactRequest },
  BlockChanged: { on: 'account', timeline: false, data: z.object({ otherId: id, blocked: z.boolean() }) },
  ContactChanged: { on: 'account', timeline: false, data: z.object({ otherId: id }) },
  JoinRequestSent: { on: 'account', timeline: false, data: joinRequest },
  JoinRequestReceived: { on: 'account', timeline: false, data: joinRequest },
  JoinRequestClosed: { on: 'account', timeline: false, data: joinRequest.extend({ accepted: z.boolean() }) },
  InvitesChanged: { on: 'account', timeline: false, data: z.object({ conversationId: id }) },
  ProfileChanged: { on: 'account', timeline: false, data: z.object({}) },
  SettingsChanged: { on: 'account', timeline: false, data: z.object({}) },
  SessionStarted: { on: 'account', timeline: false, data: z.object({ sessionId: z.string() }) },
  SessionEnded: { on: 'account', timeline: false, data: z.object({ sessionId: z.string() }) },
  SessionChanged: { on: 'account', timeline: false, data: z.object({ sessionId: z.string() }) },
  DataExportChanged: { on: 'account', timeline: false, data: z.object({ exportId: z.string() }) },
  ScheduledMessageChanged: { on: 'account', timeline: false, data: z.object({ scheduledMessageId: z.string() }) },
  ScheduledMessageClosed: {
    on: 'account',
    timeline: false,
    // `said`: the message that was sent, or null if it was cancelled.
    data: z.object({ scheduledMessageId: z.string(), said: z.object({ conversationId: id, seq }).nullable() }),
  },
  // `threadRootSeq`: 0 for a draft that is in no thread.
  DraftChanged: { on: 'account', timeline: false, data: z.object({ conversationId: id, threadRootSeq: seq }) },
  SavedMessageChanged: { on: 'account', timeline: false, data: z.object({ conversationId: id, messageSeq: seq }) },
  // Notices to everybody are on the server's stream, notices to some users on their accounts.
  NoticePosted: { on: 'server', timeline: false, data: z.object({ noticeId: z.string() }) },
  NoticeRevoked: { on: 'server', timeline: false, data: z.object({ noticeId: z.string() }) },
} as const;

/** A type of log entry. */
export type EntryType = keyof typeof entryTypes;
/** The data of an entry of this type. */
export type EntryData<T extends EntryType> = z.output<(typeof entryTypes)[T]['data']>;

/** A poll as it is written. */
export type NewPoll = z.output<typeof newPoll>;
/** A poll with its current state. */
export type Poll = NonNullable<EntryData<'MessageSent'>['poll']>;

/** The version of the shapes above that this release writes. Entries of a newer version are read as Hidden. */
export const entryVersion = 1;

interface Place {
  readonly streamId: bigint;
  readonly seq: number;
  readonly at: Date;
  readonly actorId: bigint | null;
}

/** An entry of a known type. */
export type KnownEntry<T extends EntryType = EntryType> = {
  [K in T]: Place & { readonly type: K; readonly data: EntryData<K> };
}[T];

/** An entry whose data this release cannot read. Only its position counts. */
export interface HiddenEntry extends Place {
  readonly type: 'Hidden';
  readonly data: null;
}

/** An entry as it is read from the log. */
export type Entry = KnownEntry | HiddenEntry;

/** An entry to append. The log adds its position and time. */
export type NewEntry = { [K in Exclude<EntryType, 'MessageSent'>]: { readonly type: K; readonly data: EntryData<K> } }[Exclude<
  EntryType,
  'MessageSent'
>];

/** A message to append. The log adds its position, time and ordinal. */
export interface NewMessage {
  readonly type: 'MessageSent';
  readonly clientMessageId: string;
  readonly fingerprint: Uint8Array<ArrayBuffer>;
  readonly text: string;
  readonly attachments: EntryData<'MessageSent'>['attachments'];
  readonly data: string | null;
  readonly poll: NewPoll | null;
  readonly replyToSeq: number | null;
  readonly threadRootSeq: number | null;
  readonly mentionIds: readonly bigint[];
  readonly mentionsEveryone: boolean;
  readonly origin: EntryData<'MessageSent'>['origin'];
}

/** Makes an entry of JSON values and checks its shape. An entry that does not match the table is Hidden. */
export function parseEntry(place: Place, type: string, version: number, data: unknown): Entry {
  if (version <= entryVersion && Object.hasOwn(entryTypes, type)) {
    const parsed = entryTypes[type as EntryType].data.safeParse(data);
    if (parsed.success) return { ...place, type, data: parsed.data } as KnownEntry;
  }
  return { ...place, type: 'Hidden', data: null };
}
