import type { Attachments, NewPoll } from '../log/index.ts';
import type { MessageRef } from './message.ts';

/** Something that is about to be said. */
export interface Saying {
  readonly act: 'SEND' | 'EDIT';
  readonly senderId: bigint;
  readonly conversationId: bigint;
  readonly conversationKind: 'DIRECT' | 'GROUP';
  readonly text: string;
  /** What is attached to it, as it is to stand: the answer is about the text alone. */
  readonly attachments: Attachments;
  /** Its data, likewise: JSON of an object; null: none. */
  readonly data: string | null;
  /** What it asks, likewise; null: nothing. */
  readonly poll: NewPoll | null;
  /** Null: it is an edit. */
  readonly clientMessageId: string | null;
  /** The message that is changed. */
  readonly edits: MessageRef | null;
  /** The message whose words are sent on. */
  readonly forwards: MessageRef | null;
  readonly replyTo: MessageRef | null;
  readonly threadRoot: MessageRef | null;
}

/** Who is asked before something is said. */
export interface Approval {
  /** Whether anybody is asked at all, known without asking the database. */
  readonly asks: boolean;
  /**
   * The text that is to be stored. It answers or throws within a few seconds. `fits`: whether a text could be a message's. Throws FORBIDDEN, with the
   * reason for the sender, and UNAVAILABLE where it cannot be told and is not to be said then (`field`).
   */
  approve(saying: Saying, options: { readonly fits: (text: string) => boolean; readonly field: readonly string[] }): Promise<string>;
}

/** Nobody is asked. */
export const noApproval: Approval = { asks: false, approve: async ({ text }) => text };
