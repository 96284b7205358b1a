import { z } from 'zod';

// Ids are bigint in the process and decimal strings in JSON, whose numbers are exact only up to 2^53.
const id = z.coerce.bigint();

/**
 * Every kind of job and the shape of its data: ids and immutable facts, never users' text. A new kind does not compile until there is a
 * function that does it.
 */
export const jobKinds = {
  /** Ends a contact request that was not answered in time. */
  ContactRequestExpired: z.object({ fromId: id, toId: id }),
  /** Sends the note of an accepted contact request as the first message. */
  FirstMessage: z.object({ fromId: id, toId: id }),
  /** Tells the members of a dissolved group, on their account streams. actorId is null if an operator or the command line dissolved it. */
  GroupDissolved: z.object({ groupId: id, actorId: id.nullable() }),
  /** Takes an erased account out of everything it was part of. `messages`: whether its messages stay. */
  AccountErased: z.object({ userId: id, messages: z.enum(['KEEP', 'REMOVE']) }),
  /** Releases the former handles of a user. */
  HandleFreed: z.object({ userId: id }),
  /** Makes the file with a user's own data. */
  DataExport: z.object({ userId: id, exportId: z.string(), messages: z.boolean() }),
  /** Ends the time in which that file can be downloaded. */
  DataExportOver: z.object({ userId: id, exportId: z.string() }),
  /** Posts a scheduled notice and passes it on to its recipients. */
  NoticeDue: z.object({ noticeId: z.string() }),
  /** Sends a scheduled message. */
  ScheduledMessageDue: z.object({ userId: id, scheduledMessageId: z.string() }),
  /** Closes a poll whose time is over. */
  PollDue: z.object({ conversationId: id, messageSeq: z.number().int() }),
  /** Tells a user's devices of their drafts. `threadRootSeq` is 0 outside of threads. */
  DraftUntold: z.object({ userId: id, conversationId: id, threadRootSeq: z.number().int() }),
  /** Removes an item of the moderation queue some time after it was resolved. */
  ModerationItemOver: z.object({ itemId: z.string() }),
  /** Tells the recipients of a notice that it was revoked. */
  NoticeRevoked: z.object({ noticeId: z.string() }),
  /** Trims the history of conversations, from the conversation after `after` on. */
  HistoryRound: z.object({ after: id }),
  /** Does the same for the conversations that keep their history for a time of their own. */
  OwnHistoryRound: z.object({ after: id }),
  /**
   * Deletes entries of account streams, and of the server's stream, that are older than ACCOUNT_LOG_DAYS, from the stream after `after` on.
   */
  AccountRound: z.object({ after: id }),
  /**
   * Enters the attachments of old messages into their table, from the message after `seq` in conversation `after` on. `round` counts the
   * rounds before this one.
   */
  AttachmentRound: z.object({ after: id, seq: z.number().int(), round: z.number().int() }),
  /** Catches an app up with the events that it missed. */
  WebhookBacklog: z.object({ webhookId: z.string() }),
  /** Retries an effect that was given up for an entry. */
  EffectOwed: z.object({ effect: z.string(), streamId: id, seq: z.number().int() }),
} as const;

/** The name of a kind of job. */
export type JobKind = keyof typeof jobKinds;

/** The data of a kind of job. */
export type JobData<K extends JobKind> = z.output<(typeof jobKinds)[K]>;

/** A job to be left. */
export type NewJob = {
  [K in JobKind]: {
    readonly kind: K;
    /** 1 to 64 ASCII characters. There is one job per kind and key. */
    readonly key: string;
    readonly data: JobData<K>;
    /** The earliest time at which it may run, by the database's clock. */
    readonly dueAt: Date;
  };
}[JobKind];

/**
 * The functions that do the jobs, by kind. Each must be idempotent: it may be called again with the same data. Any error makes the job be
 * retried later.
 */
export type JobHandlers = { readonly [K in JobKind]: (data: JobData<K>, signal: AbortSignal) => Promise<void> };
