import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { requireMay } from '../group/index.ts';
import { formatAttachments, formatIds, type Inside } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { putFlag } from '../words/index.ts';
import { approvedText, unasked } from './approved-text.ts';
import { type NewAttachment, requireAllowed, requireAttachments } from './attachment.ts';
import { judgeMentions, type Mentions, storeMentions, type Wanted } from './mention.ts';
import type { Message, MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { requireSaid, requireText } from './shape.ts';
import { readMessages } from './store.ts';
import { requireStanding, type Target } from './target.ts';
import { admitWords, attachesSame, inWords, lookAt, saysSame, type Words } from './words.ts';
import { requireReach } from './writing.ts';

/** What a message is to say, what is to be attached to it, and whom it is to mention: absent, as before. */
export interface Change extends Partial<Wanted> {
  readonly message: MessageRef;
  readonly text: string;
  readonly attachments?: readonly NewAttachment[] | undefined;
}

/**
 * Changes what a message says; what it said before is kept. Where it says so already nothing happens. Throws INVALID_INPUT (text, mentionIds,
 * attachments, attachments.N.…, messageId: recalled), NOT_FOUND (messageId, mentionIds.N), FORBIDDEN (messageId: somebody else's, a forwarded one, or they may not write; mentionsEveryone), MUTED
 * (messageId), TOO_LATE, UNAVAILABLE.
 */
export async function edit(parts: MessageParts, viewer: Viewer, change: Change): Promise<Message> {
  const { db, log, config, screen, approval } = parts;
  const { message: ref } = change;
  const attached = change.attachments === undefined ? null : requireAttachments(change.attachments);
  requireText(change.text, { maxLength: config.maxMessageLength, emptyToo: attached === null || attached.length > 0 });
  const approved = approval.asks ? await approvedChange(parts, viewer, { ref, text: change.text, attached }) : null;
  const asked = approved === null ? change.text : approved.text;
  const looked = asked === null ? null : lookAt(screen, { text: asked, attachments: attached ?? [] });
  return log.append<Message>({
    lock: [ref.conversationId],
    async decide(inside) {
      const target = await requireStanding(inside, viewer, ref);
      const { message } = target;
      requireOwn(target, viewer);
      const mentions = await mentionsOf(inside, target, change);
      // What stood before a list forbade it stands.
      const attachments = attached === null ? message.attachments : (looked?.attachments ?? attached);
      const words = { text: looked?.text ?? change.text, attachments };
      requireSaid(words.text, { emptyToo: attachments.length > 0 });
      if (saysSame(words, message) && isSame(mentions, message)) return { result: () => message };
      if (!attachesSame(words, message)) requireAllowed(attachments, config);
      if (isPast(inside.now, message.sentAt, config.editWindowSeconds)) {
        throw new ChatError('TOO_LATE', 'It was said too long ago to be changed. Say it anew.', { field: ['messageId'] });
      }
      requireSay(inside, target);
      await requireReach(inside, { db }, { writing: target, field: ['messageId'] });
      // Who may not say it anyway learns nothing of the lists.
      const isOther = attached === null && approved !== null && !attachesSame(approved, words);
      if (looked === null || isOther) throw unasked('text');
      const { said } = admitWords(looked);
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
              // What a later release has written there is not ours to leave out.
              ...(attached !== null && { attachments: formatAttachments(attachments) }),
              ...{ mentionIds: formatIds(mentions.mentionIds), mentionsEveryone: mentions.mentionsEveryone },
            },
          });
          await storeMentions(tx, { ...edited, entrySeq: seq, before: message });
          await putFlag(tx, { target: { kind: 'MESSAGE', ...ref, userId: viewer.userId }, said, whole: () => inWords(words), at });
        },
        result: ({ at }) => ({ ...edited, editedAt: at }),
      };
    },
  });
}

/** What a text becomes, and what was to be attached to it when that was asked; null: it was not asked. */
interface Approved extends Pick<Words, 'attachments'> {
  readonly text: string | null;
}

/** Asked about is what changes a message of their own. */
async function approvedChange(
  parts: MessageParts,
  viewer: Viewer,
  { ref, text, attached }: { readonly ref: MessageRef; readonly text: string; readonly attached: Words['attachments'] | null },
): Promise<Approved> {
  const [message] = await readMessages(parts.db.client, [ref]);
  const attachments = attached ?? message?.attachments ?? [];
  if (message?.senderId !== viewer.userId || message.recalledAt !== null) return { text, attachments };
  // What would leave nothing is refused anyway.
  if (saysSame({ text, attachments }, message) || (text === '' && attachments.length === 0)) return { text, attachments };
  const asking = { act: 'EDIT', conversationId: ref.conversationId, text, attachments, edits: ref, field: 'text' } as const;
  return { text: await approvedText(parts, viewer, asking), attachments };
}

/** An edit says something: who may not write does not edit either. Slow mode is about messages, and this is none. */
function requireSay({ now }: Inside, { access, row }: Target): void {
  if (row !== null) requireMay('POST', { group: row, access, now }, ['messageId']);
}

function requireOwn({ message }: Target, { userId }: Viewer): void {
  if (message.senderId !== userId) throw new ChatError('FORBIDDEN', 'Only who said it can change it.', { field: ['messageId'] });
  if (message.origin !== null) throw new ChatError('FORBIDDEN', 'What was forwarded is not yours to change.', { field: ['messageId'] });
}

async function mentionsOf(inside: Inside, target: Target, { mentionIds, mentionsEveryone }: Change): Promise<Mentions> {
  const { message } = target;
  const wanted = {
    mentionIds: mentionIds ?? message.mentionIds,
    mentionsEveryone: mentionsEveryone ?? message.mentionsEveryone,
  };
  // What stands is not judged again: who has left since may stay mentioned.
  return judgeMentions(inside, target, { wanted, standing: message });
}

function isSame(mentions: Mentions, message: Message): boolean {
  const ids = new Set(mentions.mentionIds);
  const same = ids.size === message.mentionIds.length && message.mentionIds.every((id) => ids.has(id));
  return same && mentions.mentionsEveryone === message.mentionsEveryone;
}

async function keep(tx: Tx, message: Message, { seq, at }: { seq: number; at: Date }): Promise<void> {
  const { conversationId, seq: messageSeq, text } = message;
  const attachments = formatAttachments(message.attachments);
  await tx.messageEdit.create({ data: { conversationId, messageSeq, seq, text, attachments, editedAt: at } });
}

/** Whether a window that opened at a time has closed; one of 0 seconds never opens. Both times are the database's. */
export function isPast(now: Date, from: Date, windowSeconds: number): boolean {
  return now.getTime() - from.getTime() >= windowSeconds * 1_000;
}
