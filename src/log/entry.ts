import { z } from 'zod';

// Ids are bigint in the process and decimal text in JSON, which has no integers past 2^53.
const id = z.coerce.bigint();
const seq = z.number().int().nonnegative();
const date = z.coerce.date();
const contactRequest = z.object({ fromId: id, toId: id });
const joinRequest = z.object({ conversationId: id, userId: id });

/** Why an access ended (schema: `enum LeaveReason`). */
export const leaveReasons = ['LEFT', 'REMOVED', 'BANNED', 'DISSOLVED'] as const;
export type LeaveReason = (typeof leaveReasons)[number];

/** A file that is kept elsewhere, by its address; null: not known. */
const attachment = z.object({
  url: z.string(),
  mediaType: z.string(),
  name: z.string().nullable().default(null),
  /** Bytes. */
  size: z.number().nullable().default(null),
  /** Pixels. */
  width: z.number().nullable().default(null),
  height: z.number().nullable().default(null),
  durationMs: z.number().nullable().default(null),
  /** What is to be seen or heard, for those who cannot. */
  alt: z.string().nullable().default(null),
});

/** The attachments of a message, in order. */
export const attachmentList = z.array(attachment).readonly();

/** What a message asks, as its row has it: its text is the question. */
export const newPoll = z.object({
  /** What there is to choose from, each named by its place, which it has for ever. */
  options: z.array(z.string()).readonly(),
  /** Whether one may choose several. */
  multiple: z.boolean(),
  /** Whether nobody is told who chose what. */
  anonymous: z.boolean(),
  /** From when on nobody may choose any more; null: until somebody closes it. */
  closesAt: date.nullable(),
});

/** A message as its log entry carries it; its seq, sender and time are the entry's. */
const message = z.object({
  ordinal: z.number().int(),
  clientMessageId: z.string(),
  text: z.string(),
  replyToSeq: seq.nullable(),
  // The defaults are what an earlier release's hint means, which does not name them.
  threadRootSeq: seq.nullable().default(null),
  mentionIds: z.array(id).default([]),
  mentionsEveryone: z.boolean().default(false),
  /** Whose words they were first, and what they were called when they were forwarded. */
  origin: z.object({ userId: id, name: z.string() }).nullable().default(null),
  replyCount: z.number().int().default(0),
  hasReactions: z.boolean().default(false),
  editedAt: date.nullable(),
  recalledAt: date.nullable(),
  pinnedAt: date.nullable().default(null),
  attachments: attachmentList.default([]),
  /** An object of the sender's client, as JSON; null: none. A text, for nothing here looks inside, and so it stays as it came. */
  data: z.string().nullable().default(null),
  /** `closedAt`: from when on it was closed; null: it is not. */
  poll: newPoll.extend({ closedAt: date.nullable() }).nullable().default(null),
});

/** What of a group an act has changed (schema: `enum GroupField`). */
export const groupFields = [
  ...(['name', 'description', 'announcement', 'avatarUrl', 'joinPolicy', 'invitePolicy', 'postPolicy'] as const),
  ...(['history', 'pinPolicy', 'mentionPolicy', 'slowModeSeconds', 'mutedUntil', 'ownerId', 'data', 'listed'] as const),
] as const;
export type GroupField = (typeof groupFields)[number];

/** What of somebody's part in a group an act has changed (schema: `enum MembershipField`); who is banned or not need not be in it. */
export const memberFields = ['role', 'nickname', 'mutedUntil', 'banned', 'unbanned'] as const;
export type MemberField = (typeof memberFields)[number];

/**
 * Every type of log entry: on which kind of stream it stands (which is its audience: all who follow that stream), whether
 * Conversation.timeline shows it, and the shape of its data. A member added here fails to compile until schema/events shows it.
 */
export const entryTypes = {
  MessageSent: { on: 'conversation', timeline: true, data: message },
  MemberJoined: { on: 'conversation', timeline: true, data: z.object({ userId: id }) },
  MemberLeft: { on: 'conversation', timeline: true, data: z.object({ userId: id, reason: z.enum(leaveReasons) }) },
  MemberChanged: { on: 'conversation', timeline: true, data: z.object({ userId: id, fields: z.array(z.enum(memberFields)) }) },
  MessageEdited: { on: 'conversation', timeline: false, data: z.object({ messageSeq: seq }) },
  MessageRecalled: { on: 'conversation', timeline: false, data: z.object({ messageSeq: seq }) },
  ReactionsChanged: { on: 'conversation', timeline: false, data: z.object({ messageSeq: seq, emoji: z.string(), added: z.boolean() }) },
  // Who has voted is the actor, and `choices` are the places of all that they have chosen from then on; of an anonymous poll nobody, and null.
  PollVoted: { on: 'conversation', timeline: false, data: z.object({ messageSeq: seq, choices: z.array(seq).readonly().nullable() }) },
  PollClosed: { on: 'conversation', timeline: false, data: z.object({ messageSeq: seq }) },
  PinChanged: { on: 'conversation', timeline: true, data: z.object({ messageSeq: seq, pinned: z.boolean() }) },
  // What stood up to there is gone, for everybody.
  HistoryTrimmed: { on: 'conversation', timeline: false, data: z.object({ untilSeq: seq }) },
  GroupChanged: { on: 'conversation', timeline: true, data: z.object({ fields: z.array(z.enum(groupFields)) }) },
  // Without fromSeq it is theirs to read from the entry after `seq` on.
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
    // `said`: the message that it has become; null: it was cancelled.
    data: z.object({ scheduledMessageId: z.string(), said: z.object({ conversationId: id, seq }).nullable() }),
  },
  // `threadRootSeq`: 0: in no thread.
  DraftChanged: { on: 'account', timeline: false, data: z.object({ conversationId: id, threadRootSeq: seq }) },
  SavedMessageChanged: { on: 'account', timeline: false, data: z.object({ conversationId: id, messageSeq: seq }) },
  // What is for everybody stands on the server's stream, what is for some on their accounts.
  NoticePosted: { on: 'server', timeline: false, data: z.object({ noticeId: z.string() }) },
  NoticeRevoked: { on: 'server', timeline: false, data: z.object({ noticeId: z.string() }) },
} as const;

/** Names a kind of entry. */
export type EntryType = keyof typeof entryTypes;
/** What an entry of that type carries beside its place. */
export type EntryData<T extends EntryType> = z.output<(typeof entryTypes)[T]['data']>;

/** What a message asks, as it is written. */
export type NewPoll = z.output<typeof newPoll>;
/** What a message asks, as it stands. */
export type Poll = NonNullable<EntryData<'MessageSent'>['poll']>;

/** The version of the shapes above that this release writes; a newer one is read as Hidden. */
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

/** An entry that this release cannot read: only its place counts. */
export interface HiddenEntry extends Place {
  readonly type: 'Hidden';
  readonly data: null;
}

/** An entry as it is read back. */
export type Entry = KnownEntry | HiddenEntry;

/** What a writer hands over; the log adds place and time. */
export type NewEntry = { [K in Exclude<EntryType, 'MessageSent'>]: { readonly type: K; readonly data: EntryData<K> } }[Exclude<
  EntryType,
  'MessageSent'
>];

/** A message to be logged; the log adds place, time and ordinal. */
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

/** An entry as a record of JSON values, read back with its shape checked; what does not fit the table is Hidden. */
export function parseEntry(place: Place, type: string, version: number, data: unknown): Entry {
  if (version <= entryVersion && Object.hasOwn(entryTypes, type)) {
    const parsed = entryTypes[type as EntryType].data.safeParse(data);
    if (parsed.success) return { ...place, type, data: parsed.data } as KnownEntry;
  }
  return { ...place, type: 'Hidden', data: null };
}
