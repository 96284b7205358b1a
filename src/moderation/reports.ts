import type { Message, MessageRef } from '../message/index.ts';
import type { OwnReport, ReportReason } from '../queue/index.ts';
import type { Viewer } from '../user/index.ts';

export type { OwnReport };

/** The reasons that users can give for a report: all except that of the lists of blocked words. */
export type ReasonOfUsers = Exclude<ReportReason, 'BLOCKED_WORDS'>;

/** The reason and note of a report. */
export interface ReportWords {
  readonly reason: ReasonOfUsers;
  /** At most 1,000 characters. '' means no note. */
  readonly note?: string | null | undefined;
}

/**
 * What users can do about other users. Only admins learn of a report, not the reported user nor anybody else. Refusals are thrown as
 * ChatError.
 */
export interface Reports {
  /**
   * Reports a message to the admins, and keeps a copy of it. Another report by the same viewer replaces the first while the item is open.
   * Throws NOT_FOUND (messageId) if the viewer cannot see the message, INVALID_INPUT (messageId if it is the viewer's own or recalled;
   * note), RATE_LIMITED or UNAVAILABLE.
   */
  message(viewer: Viewer, report: ReportWords & { readonly message: MessageRef }): Promise<Message>;
  /**
   * Reports a user, likewise. Throws NOT_FOUND (userId), INVALID_INPUT (userId if it is the viewer's own; note), RATE_LIMITED or
   * UNAVAILABLE.
   */
  user(viewer: Viewer, report: ReportWords & { readonly userId: bigint }): Promise<void>;
  /**
   * Reads the reports that a user has made, oldest first, after an item. What the admins decided is not included: reporters must not learn
   * of it. Throws UNAVAILABLE.
   */
  by(userId: bigint, page: { readonly first: number; readonly after: string | undefined }): Promise<readonly OwnReport[]>;
}
