import { ChatError } from '../errors.ts';
import { isActive, membershipRow } from '../group/index.ts';
import type { Viewer } from '../user/index.ts';
import type { Saying } from './approval.ts';
import { sentUnder } from './facts.ts';
import type { MessageParts } from './parts.ts';
import { isText, requireClientMessageId } from './shape.ts';
import { isMore } from './words.ts';

/** What is asked about, and the input that a refusal names. */
type Asking = Pick<Saying, 'act' | 'conversationId' | 'text' | 'attachments' | 'data'> & Partial<Saying> & { readonly field: string };

/**
 * The text that somebody's message is stored with. It is asked about only if it would be stored, as far as that can be told outside of a commit: not of who is not
 * a member, and not of what is stored under its clientMessageId already; null: it was not, and must not be stored should that be otherwise by then (`unasked`).
 * Outside of any transaction. Throws INVALID_INPUT (clientMessageId), and what Approval does.
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
  const saying: Saying = { ...nothing, ...withoutField(asking), senderId: userId, conversationKind: kind };
  const rule = { maxLength: config.maxMessageLength, emptyToo: isMore(asking) };
  return approval.approve(saying, { fits: (text) => isText(text, rule), field: [field] });
}

/** The refusal of what could be stored by now and was asked about by nobody, for when it was read it could not: somebody has just become a member, or what they send on has just been changed. */
export function unasked(field: string): ChatError {
  const why = 'The message could not be checked in time. Send the same request again.';
  return new ChatError('UNAVAILABLE', why, { field: [field], retryAfterMs: 100 });
}

function withoutField({ field: _field, ...saying }: Asking) {
  return saying;
}
