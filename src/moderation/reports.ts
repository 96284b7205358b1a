import type { Message, MessageRef } from '../message/index.ts';
import type { OwnReport, ReportReason } from '../queue/index.ts';
import type { Viewer } from '../user/index.ts';

/** Why people report something: all reasons but that of the lists of words. */
export type ReasonOfUsers = Exclude<ReportReason, 'BLOCKED_WORDS'>;

/** What is said with a report. */
export interface ReportWords {
  readonly reason: ReasonOfUsers;
  /** At most 1,000 characters; '' is nothing. */
  readonly note?: string | null | undefined;
}

/** What users can do about others. Neither those whom they report nor anybody else but admins hears of it. Refusals are thrown as ChatError. */
export interface Reports {
  /**
   * Has admins look at a message, and keeps what it says. Again, while they have not decided, says it anew in place of what was said. Throws NOT_FOUND (messageId)
   * where the viewer does not see it, INVALID_INPUT (messageId: the viewer's own, or taken back; note), RATE_LIMITED, UNAVAILABLE.
   */
  message(viewer: Viewer, report: ReportWords & { readonly message: MessageRef }): Promise<Message>;
  /** The same of a user. Throws NOT_FOUND (userId), INVALID_INPUT (userId: the viewer; note), RATE_LIMITED, UNAVAILABLE. */
  user(viewer: Viewer, report: ReportWords & { readonly userId: bigint }): Promise<void>;
  /** What a user has reported, the oldest first, past an item; what became of it is not theirs to know. Throws UNAVAILABLE. */
  by(userId: bigint, page: { readonly first: number; readonly after: string | undefined }): Promise<readonly OwnReport[]>;
}
