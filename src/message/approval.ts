import { isActive, membershipRow } from '../group/index.ts';
import type { Viewer } from '../user/index.ts';
import { sentUnder } from './facts.ts';
import type { MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { isText, requireClientMessageId } from './shape.ts';

/** Something that is about to be said. */
export interface Saying {
  readonly act: 'SEND' | 'EDIT';
  readonly senderId: bigint;
  readonly conversationId: bigint;
  readonly conversationKind: 'DIRECT' | 'GROUP';
  readonly text: string;
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

/** What is asked about, and the input that a refusal names. */
type Asking = Pick<Saying, 'act' | 'conversationId' | 'text'> & Partial<Saying> & { readonly field: string };

/**
 * The text that somebody's message is stored with. It is asked about only if it would be stored, as far as that can be told outside of a commit: not of who is not
 * a member, and not of what is stored under its clientMessageId already. Outside of any transaction. Throws INVALID_INPUT (clientMessageId), and what Approval does.
 */
export async function approvedText({ db, approval, config }: MessageParts, viewer: Viewer, asking: Asking): Promise<string> {
  if (!approval.asks) return asking.text;
  const { field, conversationId, clientMessageId = null } = asking;
  const { userId } = viewer;
  if (clientMessageId !== null) requireClientMessageId(clientMessageId);
  const [known, [access], stream] = await Promise.all([
    clientMessageId === null ? [] : sentUnder.read(db.client, [{ senderId: userId, clientMessageId }]),
    membershipRow.read(db.client, [{ conversationId, userId }]),
    db.client.stream.findUnique({ where: { id: conversationId }, select: { kind: true } }),
  ]);
  const kind = stream?.kind;
  if ((known[0] ?? null) !== null || !isActive(access ?? null) || (kind !== 'DIRECT' && kind !== 'GROUP')) return asking.text;
  const nothing = { clientMessageId, edits: null, forwards: null, replyTo: null, threadRoot: null };
  const saying: Saying = { ...nothing, ...withoutField(asking), senderId: userId, conversationKind: kind };
  return approval.approve(saying, { fits: (text) => isText(text, config.maxMessageLength), field: [field] });
}

function withoutField({ field: _field, ...saying }: Asking) {
  return saying;
}
