import type { Attachments, NewPoll } from '../log/index.ts';
import type { MessageRef } from './message.ts';

/** A message that is about to be stored or edited. */
export interface PendingMessage {
  readonly act: 'SEND' | 'EDIT';
  readonly senderId: bigint;
  readonly conversationId: bigint;
  readonly conversationKind: 'DIRECT' | 'GROUP';
  readonly text: string;
  /** Its attachments as they would be stored. Context only: the answer is about the text alone. */
  readonly attachments: Attachments;
  /** Its data as it would be stored, also context only: a JSON object, or null for none. */
  readonly data: string | null;
  /** Its poll as it would be stored, also context only; null for none. */
  readonly poll: NewPoll | null;
  /** Null for an edit. */
  readonly clientMessageId: string | null;
  /** The message that is edited. */
  readonly edits: MessageRef | null;
  /** The message whose content is forwarded. */
  readonly forwards: MessageRef | null;
  readonly replyTo: MessageRef | null;
  readonly threadRoot: MessageRef | null;
}

/** A check that is asked before a message is stored or edited, for example an app. */
export interface Approval {
  /** Whether there is such a check at all. Known without a read of the database. */
  readonly asks: boolean;
  /**
   * Returns the text to store. Answers or throws within a few seconds. `fits` tells whether a text is valid for a message. Throws FORBIDDEN
   * with the reason for the sender, and UNAVAILABLE if there is no answer and the message must not be stored without one. Both name
   * `field`.
   */
  approve(
    saying: PendingMessage,
    options: { readonly fits: (text: string) => boolean; readonly field: readonly string[] },
  ): Promise<string>;
}

/** No check: every text is approved as it is. */
export const noApproval: Approval = { asks: false, approve: async ({ text }) => text };
