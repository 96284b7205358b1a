import { isFitting, type NewData, requireData, requireFitting } from '../data.ts';
import { isDuplicate } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { appendDiscoveringLocks, type Inside, type MessageRow, type NewPoll } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { senderAtCommit } from './along.ts';
import { approvedText, unasked } from './approved-text.ts';
import { areAllowed, type NewAttachment, requireAllowed, requireAttachments } from './attachment.ts';
import { type Extras, hasExtras, isSameContent, type MessageContent, noExtras, requireAllowedContent, screenContent } from './content.ts';
import { requireMaySend } from './conversation-access.ts';
import { sentUnder } from './facts.ts';
import type { Request } from './fingerprint.ts';
import { type JointAct, withJointWrite } from './joint-act.ts';
import type { Message, MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { requirePollShape, requireTimely, type WantedPoll } from './poll-shape.ts';
import { sendFacts } from './send-facts.ts';
import { type Content, type Refers, type Sending, store } from './sending.ts';
import { fits, requireClientMessageId, requireLength, requireText } from './shape.ts';
import { paceKey, requirePause, slowed } from './slow-mode.ts';
import { messageOf, readMessages } from './store.ts';
import { isSeen, requireNotRecalled } from './target.ts';

/** A message to send, as a client gives it. */
export interface NewText extends Refers {
  readonly conversationId: bigint;
  readonly clientMessageId: string;
  readonly text: string;
  readonly attachments?: readonly NewAttachment[] | undefined;
  readonly data?: NewData | null | undefined;
  /** The message's text is the question. */
  readonly poll?: WantedPoll | null | undefined;
}

/** A message to forward, and the conversation to forward it to. */
export interface Forward {
  readonly message: MessageRef;
  readonly conversationId: bigint;
  readonly clientMessageId: string;
}

// The first duplicate key means that another send has committed meanwhile, and the second attempt finds its message. A third attempt should
// never happen.
const looks = 3;

/**
 * Stores a message, or returns the message that this sender stored under the clientMessageId, in any conversation. A repeated request gets
 * the stored message in its current state, even if the sender may no longer post. A different request under the same id is CONFLICT.
 * Blocked words that are masked are stored masked. `settling` is committed with the message, and may refuse as well.
 *
 * Throws
 * - INVALID_INPUT (text, clientMessageId, mentionIds, attachments, attachments.N.…, data, data.…, poll.…)
 * - INVALID_INPUT (text, attachments.N.name, attachments.N.alt, data.…, poll.options.N) for blocked words that are refused
 * - NOT_FOUND (conversationId, replyToId, threadRootId, mentionIds.N; without a field if the viewer's account is erased)
 * - SUSPENDED, and FORBIDDEN (conversationId, mentionsEveryone)
 * - MUTED, RATE_LIMITED, and what requireReach throws (conversationId)
 * - FORBIDDEN and UNAVAILABLE (text) from the approval
 * - CONFLICT (clientMessageId), UNAVAILABLE
 */
export async function send(parts: MessageParts, viewer: Viewer, request: NewText, settling?: JointAct): Promise<Message> {
  const poll = requirePollShape(request.poll);
  const enclosed = requireShape(parts.config, request, poll);
  const { attachments, data } = enclosed;
  const text = parts.approval.asks ? await askedText(parts, viewer, { ...request, ...enclosed, poll }) : request.text;
  const looked = text === null ? null : screenContent(parts.screen, { text, ...enclosed, poll });
  async function content({ now }: Inside): Promise<Content> {
    // Checked only once the message is known to be new: what was stored before a list or a setting forbade it must still be found.
    requireLength(request.text, parts.config.maxMessageLength);
    requireAllowed(attachments, parts.config);
    requireFitting(data, parts.config);
    requireTimely(poll, now);
    if (looked === null) throw unasked('text');
    return { ...requireAllowedContent(looked), origin: null };
  }
  // The fingerprint is of the request as it came in, before masking and approval, so that a retry matches.
  return insist(() => tryToSend(parts, viewer, { ...request, print: request, also: [], content, settling }));
}

/**
 * Returns the text that the approval allows; null if it was not asked. It need not be asked about a message above the current limits, which
 * will not be stored unless they are raised before the commit.
 */
async function askedText(
  parts: MessageParts,
  viewer: Viewer,
  asked: Omit<NewText, keyof Extras | 'poll'> & Extras & { readonly poll: NewPoll | null },
): Promise<string | null> {
  const { conversationId, clientMessageId, text, attachments, data, poll, replyTo = null, threadRoot = null } = asked;
  if (!fits(text, parts.config.maxMessageLength) || !areAllowed(attachments, parts.config) || !isFitting(data, parts.config)) return null;
  return approvedText(parts, viewer, {
    ...{ act: 'SEND', conversationId, clientMessageId, text, attachments, data, poll, replyTo, threadRoot },
    field: 'text',
  });
}

/**
 * Returns the attachments and data as they would be stored. Throws INVALID_INPUT (text, attachments, attachments.N.…, data, data.…) if they
 * could not be those of a message, whatever the settings allow.
 */
export function requireShape(
  config: MessageParts['config'],
  request: Pick<NewText, 'text' | 'attachments' | 'data'>,
  poll: NewPoll | null = null,
): Extras {
  const enclosed = { attachments: requireAttachments(request.attachments), data: requireData(request.data) };
  requireText(request.text, { maxLength: config.maxMessageLength, emptyToo: hasExtras({ ...enclosed, poll }) });
  return enclosed;
}

/**
 * Sends on a message, naming the sender of the original; otherwise like `send`. Of a poll only the question is sent on, because the votes
 * are of other users. Throws NOT_FOUND (messageId), INVALID_INPUT (messageId: recalled, or with content that is no longer allowed), and
 * what `send` throws.
 */
export async function forward(parts: MessageParts, viewer: Viewer, { message, ...request }: Forward): Promise<Message> {
  const print = { ...request, text: '', forwarded: message };
  const approved = parts.approval.asks ? await approvedWords(parts, viewer, { message, ...request }) : null;
  const content = (inside: Inside) => forwardedContent(parts, inside, { viewer, source: message, approved });
  return insist(() => tryToSend(parts, viewer, { ...request, print, also: [message.conversationId], content }));
}

/** The content to forward, and the text that the approval returned; null if it was not asked. */
interface ApprovedWords {
  readonly words: MessageContent;
  readonly become: string | null;
}

async function approvedWords(parts: MessageParts, viewer: Viewer, { message, ...request }: Forward): Promise<ApprovedWords> {
  const [source] = await readMessages(parts.db.client, [message]);
  // Of a message that the viewer does not see, neither they nor the app must learn what the other would say.
  if (!source || source.recalledAt !== null || !(await isSeen(parts, viewer, message)))
    return { words: { text: '', ...noExtras }, become: null };
  const { text, attachments, data } = source;
  return {
    words: source,
    become: await approvedText(parts, viewer, { act: 'SEND', ...request, text, attachments, data, forwards: message, field: 'messageId' }),
  };
}

async function forwardedContent(
  { db, config, screen }: MessageParts,
  inside: Inside,
  { viewer, source, approved }: { readonly viewer: Viewer; readonly source: MessageRef; readonly approved: ApprovedWords | null },
): Promise<Content> {
  const { message } = await requireNotRecalled(inside, viewer, source);
  const { senderId, origin, attachments, data } = message;
  requireAllowed(attachments, config, 'messageId');
  requireFitting(data, config, 'messageId');
  const text = approved === null || !isSameContent(approved.words, message) ? null : approved.become;
  if (approved !== null && text === null) throw unasked('messageId');
  const said = requireAllowedContent(screenContent(screen, { text: text ?? message.text, attachments, data }, 'messageId'));
  if (origin !== null) return { ...said, origin };
  const sender = await inside.read(senderAtCommit(db), senderId);
  return { ...said, origin: { userId: senderId, name: sender?.displayName ?? '' } };
}

async function insist(attempt: () => Promise<Message>): Promise<Message> {
  for (let look = 1; ; look += 1) {
    try {
      return await attempt();
    } catch (error) {
      // The same clientMessageId was used in two conversations at once. The two sends share no lock, but they share the unique key.
      if (!isDuplicate(error) || look === looks) throw error;
    }
  }
}

interface Attempt extends Refers, Pick<Sending, 'content'> {
  readonly conversationId: bigint;
  readonly clientMessageId: string;
  readonly print: Request;
  /** Other streams to lock. */
  readonly also: readonly bigint[];
  readonly settling?: JointAct | undefined;
}

function tryToSend({ db, log, fingerprints }: MessageParts, viewer: Viewer, request: Attempt): Promise<Message> {
  const { conversationId, clientMessageId, print, content, settling, replyTo, threadRoot, mentionIds, mentionsEveryone } = request;
  requireClientMessageId(clientMessageId);
  const also = settling === undefined ? request.also : [...request.also, settling.streamId];
  const lock = also.length === 0 ? [conversationId] : [...new Set([conversationId, ...also])];
  const place = { conversationId, senderId: viewer.userId, clientMessageId };
  const keys = [sentUnder.key(place), ...(settling === undefined ? [] : [settling.key])];
  const posting = sendFacts(db);
  return appendDiscoveringLocks<Message>(log, {
    lock,
    keys,
    repeatable: true,
    prefetch: (read) => read(posting, place),
    async decide(inside, holds, hasKey) {
      // The database is still at work on what was prefetched.
      const fingerprint = settling?.fingerprint ?? fingerprints.of(print);
      const rows = await inside.read(posting, place);
      const { known, sender } = rows;
      const settled = settling === undefined ? undefined : await settling.decide(inside, { isSaid: known !== null });
      // Checked before the right to post: a sender who repeats a request may have lost that right.
      if (known !== null) {
        if (!isSame(fingerprints, known, { print, settling })) throw usedBefore();
        return withJointWrite({ result: () => messageOf(known) }, settled, () => known);
      }
      const writing = await requireMaySend(inside, { db }, viewer, { conversationId, rows });
      const { unaware } = writing;
      const slow = slowed(writing);
      if (slow !== null && !hasKey(paceKey(slow))) return { relock: lock, keys: [...keys, paceKey(slow)] };
      if (slow !== null) await requirePause(db, inside, slow);
      // With its first message a direct conversation is shown to the other side, which also writes on their account stream.
      if (unaware !== null && !holds(unaware.userId)) return { relock: [...lock, unaware.userId] };
      const refers = { replyTo, threadRoot, mentionIds, mentionsEveryone };
      const verdict = await store(inside, writing, { clientMessageId, fingerprint, content, refers, db, sender, row: rows.row });
      return withJointWrite(verdict, settled, (head) => ({ conversationId, seq: head(conversationId).lastSeq + 1 }));
    },
  });
}

function isSame(
  fingerprints: MessageParts['fingerprints'],
  { fingerprint }: Pick<MessageRow, 'fingerprint'>,
  { print, settling }: Pick<Attempt, 'print' | 'settling'>,
): boolean {
  // What is settled with the message may have been requested in other words or under an older key, or the very same message was sent
  // without it.
  const asFirst = settling?.fingerprint !== undefined && Buffer.compare(settling.fingerprint, fingerprint) === 0;
  return asFirst || fingerprints.matches(fingerprint, print);
}

/** The refusal of a clientMessageId that is taken by a different message, sent or scheduled. */
export function usedBefore(): ChatError {
  return new ChatError('CONFLICT', 'This clientMessageId was used for another message. Use a new one.', { field: ['clientMessageId'] });
}
