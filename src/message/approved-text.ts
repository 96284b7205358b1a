import { ChatError } from '../errors.ts';
import { isActive, membershipRow } from '../group/index.ts';
import type { Viewer } from '../user/index.ts';
import type { PendingMessage } from './approval.ts';
import { hasExtras } from './content.ts';
import { sentUnder } from './facts.ts';
import type { MessageParts } from './parts.ts';
import { isText, requireClientMessageId } from './shape.ts';

/** What is asked about, and the input field that a refusal names. */
type Asking = Pick<PendingMessage, 'act' | 'conversationId' | 'text' | 'attachments' | 'data'> &
  Partial<PendingMessage> & { readonly field: string };

/**
 * Returns the text to store a message with, after asking the approval.
 *
 * The approval is asked only about what would be stored, as far as that is known outside of the commit. It is not asked if the viewer is
 * not an active member, or if something is already stored under the clientMessageId. The result is then null. If the commit finds that the
 * message could be stored after all, it must refuse with `unasked`.
 *
 * Runs outside of any transaction. Throws INVALID_INPUT (clientMessageId), and what Approval.approve throws.
 */
export async function approvedText({ db, approval, config }: MessageParts, viewer: Viewer, asking: Asking): Promise<string | null> {
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
  if ((known[0] ?? null) !== null || !isActive(access ?? null) || (kind !== 'DIRECT' && kind !== 'GROUP')) return null;
  const nothing = { clientMessageId, poll: null, edits: null, forwards: null, replyTo: null, threadRoot: null };
  const saying: PendingMessage = { ...nothing, ...withoutField(asking), senderId: userId, conversationKind: kind };
  const rule = { maxLength: config.maxMessageLength, emptyToo: hasExtras(asking) };
  return approval.approve(saying, { fits: (text) => isText(text, rule), field: [field] });
}

/**
 * The refusal of a message that could be stored now but that the approval was not asked about. The state has changed since it was read: for
 * example the viewer has just become a member, or the message that they forward was just edited.
 */
export function unasked(field: string): ChatError {
  const why = 'The message could not be checked in time. Send the same request again.';
  return new ChatError('UNAVAILABLE', why, { field: [field], retryAfterMs: 100 });
}

function withoutField({ field: _field, ...saying }: Asking) {
  return saying;
}
