import { isSameData, type NewData, requireData, requireFitting } from '../data.ts';
import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { requireMay } from '../group/index.ts';
import { formatAttachments, formatIds, type Inside } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { putFlag } from '../words/index.ts';
import { approvedText, unasked } from './approved-text.ts';
import { replaceAttached } from './attached.ts';
import { type NewAttachment, requireAllowed, requireAttachments } from './attachment.ts';
import {
  asPlainText,
  type Extras,
  hasExtras,
  hasSameAttachments,
  hasSameExtras,
  isSameContent,
  noExtras,
  requireAllowedContent,
  screenContent,
} from './content.ts';
import { requireReach } from './conversation-access.ts';
import { judgeMentions, type Mentions, storeMentions, type Wanted } from './mention.ts';
import type { Message, MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { fits, requireLength, requireSaid, requireText } from './shape.ts';
import { readMessages } from './store.ts';
import { requireNotRecalled, type Target } from './target.ts';

/** An edit. Absent fields keep their current value. */
export interface Change extends Partial<Wanted> {
  readonly message: MessageRef;
  readonly text: string;
  readonly attachments?: readonly NewAttachment[] | undefined;
  readonly data?: NewData | null | undefined;
}

/**
 * Edits a message and keeps the version before. An edit that changes nothing has no effect.
 *
 * Throws INVALID_INPUT (text, mentionIds, attachments, attachments.N.…, data, data.…; messageId: recalled), NOT_FOUND (messageId,
 * mentionIds.N), FORBIDDEN (messageId: sent by another user, forwarded, or the viewer may not post; mentionsEveryone), MUTED (messageId),
 * TOO_LATE, UNAVAILABLE.
 */
export async function edit(parts: MessageParts, viewer: Viewer, change: Change): Promise<Message> {
  const { db, log, config, screen, approval } = parts;
  const { message: ref } = change;
  const named = enclosedIn(change);
  const nothingLeft = named.attachments?.length === 0 && named.data === null;
  requireText(change.text, { maxLength: config.maxMessageLength, emptyToo: !nothingLeft });
  const approved = approval.asks ? await approvedChange(parts, viewer, { ref, text: change.text, named }) : null;
  const asked = approved === null ? change.text : approved.text;
  const looked = asked === null ? null : screenContent(screen, { text: asked, ...noExtras, ...named });
  return log.append<Message>({
    lock: [ref.conversationId],
    async decide(inside) {
      const target = await requireNotRecalled(inside, viewer, ref);
      const { message } = target;
      requireOwn(target, viewer);
      const mentions = await mentionsOf(inside, target, change);
      const words = { text: looked?.text ?? change.text, ...standing(message, named, looked ?? named) };
      requireSaid(words.text, { emptyToo: hasExtras({ ...words, poll: message.poll }) });
      if (isSameContent(words, message) && isSame(mentions, message)) return { result: () => message };
      if (words.text !== message.text) requireLength(change.text, config.maxMessageLength);
      const attachesOther = !hasSameAttachments(words, message);
      if (attachesOther) requireAllowed(words.attachments, config);
      if (!isSameData(words.data, message.data)) requireFitting(named.data ?? null, config);
      if (isPast(inside.now, message.sentAt, config.editWindowSeconds)) {
        throw new ChatError('TOO_LATE', 'The message is too old to edit. Send a new one.', { field: ['messageId'] });
      }
      requireSay(inside, target);
      await requireReach(inside, { db }, { writing: target, field: ['messageId'] });
      // Blocked words come last: a viewer who may not edit the message must learn nothing about the lists.
      const isOther = approved !== null && !hasSameExtras(approved, standing(message, named, named));
      if (looked === null || isOther) throw unasked('text');
      const { said } = requireAllowedContent(looked);
      const edited = { ...message, ...words, ...mentions };
      return {
        entries: () => [
          { stream: ref.conversationId, actorId: viewer.userId, entry: { type: 'MessageEdited', data: { messageSeq: ref.seq } } },
        ],
        async write(tx, { at, entries }) {
          const seq = entries[0]?.seq ?? 0;
          await keep(tx, message, { seq, at });
          await tx.message.updateMany({
            where: { conversationId: ref.conversationId, seq: ref.seq },
            data: {
              ...{ text: words.text, editedAt: at },
              // Columns that the edit does not name are left alone. A later release may have stored more in them than this release can
              // parse.
              ...(named.attachments !== undefined && { attachments: formatAttachments(words.attachments) }),
              ...(named.data !== undefined && { data: words.data }),
              ...{ mentionIds: formatIds(mentions.mentionIds), mentionsEveryone: mentions.mentionsEveryone },
            },
          });
          if (attachesOther) await replaceAttached(tx, edited);
          await storeMentions(tx, { ...edited, entrySeq: seq, before: message });
          await putFlag(tx, {
            target: { kind: 'MESSAGE', ...ref, userId: viewer.userId },
            said,
            whole: () => asPlainText({ ...words, poll: message.poll }),
            at,
          });
        },
        result: ({ at }) => ({ ...edited, editedAt: at }),
      };
    },
  });
}

/** Returns the attachments and data that an edit names, as they would be stored. */
function enclosedIn({ attachments, data }: Change): Partial<Extras> {
  return {
    ...(attachments !== undefined && { attachments: requireAttachments(attachments) }),
    ...(data !== undefined && { data: requireData(data) }),
  };
}

/**
 * Returns the attachments and data of a message after the edit. What the edit does not name stays, even if a list of blocked words forbids
 * it by now. `become` has the values for what the edit names.
 */
function standing(message: Extras, named: Partial<Extras>, become: Partial<Extras>): Extras {
  const { attachments = message.attachments } = named.attachments === undefined ? {} : become;
  const { data = message.data } = named.data === undefined ? {} : become;
  return { attachments, data };
}

/**
 * The text that the approval returned, and the attachments and data it was asked with. A null text means that the approval was not asked.
 */
interface Approved extends Extras {
  readonly text: string | null;
}

/** Asks the approval about an edit, if the edit changes a message of the viewer's own. */
async function approvedChange(
  parts: MessageParts,
  viewer: Viewer,
  { ref, text, named }: { readonly ref: MessageRef; readonly text: string; readonly named: Partial<Extras> },
): Promise<Approved> {
  const [message] = await readMessages(parts.db.client, [ref]);
  const enclosed = standing(message ?? noExtras, named, named);
  if (message?.senderId !== viewer.userId || message.recalledAt !== null) return { text, ...enclosed };
  // An edit that would leave an empty message is refused later in any case.
  if (isSameContent({ text, ...enclosed }, message) || (text === '' && !hasExtras({ ...enclosed, poll: message.poll })))
    return { text, ...enclosed };
  // Nor need it be asked about a text above the current limit, as in `askedText`.
  if (text !== message.text && !fits(text, parts.config.maxMessageLength)) return { text: null, ...enclosed };
  const asking = {
    act: 'EDIT',
    conversationId: ref.conversationId,
    text,
    ...enclosed,
    poll: message.poll,
    edits: ref,
    field: 'text',
  } as const;
  return { text: await approvedText(parts, viewer, asking), ...enclosed };
}

/** Throws if the viewer may not post, because an edit is a kind of posting. Slow mode does not apply: it limits new messages only. */
function requireSay({ now }: Inside, { access, row }: Target): void {
  if (row !== null) requireMay('POST', { group: row, access, now }, ['messageId']);
}

function requireOwn({ message }: Target, { userId }: Viewer): void {
  if (message.senderId !== userId) throw new ChatError('FORBIDDEN', 'Only the sender can edit this message.', { field: ['messageId'] });
  if (message.origin !== null) throw new ChatError('FORBIDDEN', 'A forwarded message cannot be edited.', { field: ['messageId'] });
}

async function mentionsOf(inside: Inside, target: Target, { mentionIds, mentionsEveryone }: Change): Promise<Mentions> {
  const { message } = target;
  const wanted = {
    mentionIds: mentionIds ?? message.mentionIds,
    mentionsEveryone: mentionsEveryone ?? message.mentionsEveryone,
  };
  // Existing mentions are not checked again: a user who has left since may stay mentioned.
  return judgeMentions(inside, target, { wanted, standing: message });
}

function isSame(mentions: Mentions, message: Message): boolean {
  const ids = new Set(mentions.mentionIds);
  const same = ids.size === message.mentionIds.length && message.mentionIds.every((id) => ids.has(id));
  return same && mentions.mentionsEveryone === message.mentionsEveryone;
}

async function keep(tx: Tx, message: Message, { seq, at }: { seq: number; at: Date }): Promise<void> {
  const { conversationId, seq: messageSeq, text, data } = message;
  const attachments = formatAttachments(message.attachments);
  await tx.messageEdit.create({ data: { conversationId, messageSeq, seq, text, attachments, data, editedAt: at } });
}

/**
 * Whether a time window that opened at `from` is over. A window of 0 seconds is over at once. Both times come from the database's clock.
 */
export function isPast(now: Date, from: Date, windowSeconds: number): boolean {
  return now.getTime() - from.getTime() >= windowSeconds * 1_000;
}
