import { z } from 'zod';

// Ids are bigint in the process and decimal text in JSON, which has no integers past 2^53.
const id = z.coerce.bigint();

/** Every kind of job, and the shape of what it is told: ids and immutable facts, never people's text. A member added here fails to compile until somebody does it. */
export const jobKinds = {
  /** A request to become a contact that nobody has answered is over. */
  ContactRequestExpired: z.object({ fromId: id, toId: id }),
  /** Somebody's request was accepted, and what they said with it is said. */
  FirstMessage: z.object({ fromId: id, toId: id }),
  /** A dissolved group's members are told on their accounts; actorId null: an operator has dissolved it, or the command line. */
  GroupDissolved: z.object({ groupId: id, actorId: id.nullable() }),
  /** An erased account is taken out of all that it was part of; its messages stay or go. */
  AccountErased: z.object({ userId: id, messages: z.enum(['KEEP', 'REMOVE']) }),
  /** Handles that a user gave up are anybody's again. */
  HandleFreed: z.object({ userId: id }),
  /** The file with all that is a user's own is made. */
  DataExport: z.object({ userId: id, exportId: z.string(), messages: z.boolean() }),
  /** The time is over in which it can be downloaded. */
  DataExportOver: z.object({ userId: id, exportId: z.string() }),
  /** A notice's time has come: it is posted, and handed on to those whom it is for. */
  NoticeDue: z.object({ noticeId: z.string() }),
  /** It is time to say what somebody has written to be said later. */
  ScheduledMessageDue: z.object({ userId: id, scheduledMessageId: z.string() }),
  /** A poll's time is over: it is closed. */
  PollDue: z.object({ conversationId: id, messageSeq: z.number().int() }),
  /** A user's devices are told of what they have begun to write; `threadRootSeq`: 0: in no thread. */
  DraftUntold: z.object({ userId: id, conversationId: id, threadRootSeq: z.number().int() }),
  /** A decision of the moderation queue was long enough ago for it to be forgotten. */
  ModerationItemOver: z.object({ itemId: z.string() }),
  /** Those who had a notice are told that it is taken back. */
  NoticeRevoked: z.object({ noticeId: z.string() }),
  /** What conversations keep no longer goes, from the conversation after `after` on. */
  HistoryRound: z.object({ after: id }),
  /** What messages from before have attached is entered, from the message past `seq` in the conversation `after` on; `round`: how many rounds came before this one. */
  AttachmentRound: z.object({ after: id, seq: z.number().int(), round: z.number().int() }),
  /** An app is told what it misses. */
  WebhookBacklog: z.object({ webhookId: z.string() }),
  /** An effect was given up for an entry, and is to be tried again. */
  EffectOwed: z.object({ effect: z.string(), streamId: id, seq: z.number().int() }),
} as const;

/** Names a kind of job. */
export type JobKind = keyof typeof jobKinds;

/** What a job of that kind is told. */
export type JobData<K extends JobKind> = z.output<(typeof jobKinds)[K]>;

/** Work to be left for later. */
export type NewJob = {
  [K in JobKind]: {
    readonly kind: K;
    /** 1 to 64 ASCII characters. Of a kind there is one under a key. */
    readonly key: string;
    readonly data: JobData<K>;
    /** The earliest moment, by the database's clock. */
    readonly dueAt: Date;
  };
}[JobKind];

/** Who does what. Each may be called again with the same: twice is to be once. Whatever it throws has it tried again later. */
export type Doers = { readonly [K in JobKind]: (data: JobData<K>, signal: AbortSignal) => Promise<void> };
