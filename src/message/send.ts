import { isFitting, type NewData, requireData, requireFitting } from '../data.ts';
import { isDuplicate } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { appendSearching, type Inside, type MessageRow, type NewPoll } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { senderAtCommit } from './along.ts';
import { approvedText, unasked } from './approved-text.ts';
import { areAllowed, type NewAttachment, requireAllowed, requireAttachments } from './attachment.ts';
import { sentUnder } from './facts.ts';
import type { Request } from './fingerprint.ts';
import type { Message, MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { requirePollShape, requireTimely, type WantedPoll } from './poll-shape.ts';
import { postingAt } from './posting.ts';
import { type Content, type Refers, type Sending, store } from './sending.ts';
import { type Settling, withSettled } from './settling.ts';
import { requireClientMessageId, requireText } from './shape.ts';
import { paceKey, requirePause, slowed } from './slow-mode.ts';
import { messageOf, readMessages } from './store.ts';
import { requireStanding } from './target.ts';
import { admitWords, type Enclosed, isMore, lookAt, nothingEnclosed, saysSame, type Words } from './words.ts';
import { requireAdmitted } from './writing.ts';

/** What is sent. */
export interface NewText extends Refers {
  readonly conversationId: bigint;
  readonly clientMessageId: string;
  readonly text: string;
  readonly attachments?: readonly NewAttachment[] | undefined;
  readonly data?: NewData | null | undefined;
  /** What it asks: its text is the question. */
  readonly poll?: WantedPoll | null | undefined;
}

/** What is sent on, and where to. */
export interface Forward {
  readonly message: MessageRef;
  readonly conversationId: bigint;
  readonly clientMessageId: string;
}

// The first duplicate of a key is another send that has committed meanwhile: the second look finds it. A third would be a defect.
const looks = 3;

/**
 * Stores a message, or finds what this sender stored under the clientMessageId, wherever that was: equal requests give the first message as
 * it stands, even if its sender may no longer post; another request is CONFLICT. Throws INVALID_INPUT (text, clientMessageId, mentionIds, attachments, attachments.N.…, data, data.…, poll.…), NOT_FOUND
 * (conversationId, replyToId, threadRootId, mentionIds.N), SUSPENDED, FORBIDDEN (conversationId, mentionsEveryone), MUTED and RATE_LIMITED (conversationId), CONFLICT
 * (clientMessageId), UNAVAILABLE; and FORBIDDEN and UNAVAILABLE (text) from whoever is asked before something is said. What a list of blocked words masks is stored
 * masked; what it refuses is INVALID_INPUT (text, attachments.N.name, attachments.N.alt, data.…, poll.options.N). `settling`: what is settled by the same commit, which may refuse as well.
 */
export async function send(parts: MessageParts, viewer: Viewer, request: NewText, settling?: Settling): Promise<Message> {
  const { conversationId, clientMessageId, replyTo = null, threadRoot = null } = request;
  const poll = requirePollShape(request.poll);
  const enclosed = requireShape(parts.config, request, poll);
  const { attachments, data } = enclosed;
  // What is too much now is not stored anew: whoever is asked need not know.
  const asks = parts.approval.asks && areAllowed(attachments, parts.config) && isFitting(data, parts.config);
  const text = asks
    ? await approvedText(parts, viewer, {
        act: 'SEND',
        conversationId,
        clientMessageId,
        text: request.text,
        ...enclosed,
        poll,
        replyTo,
        threadRoot,
        field: 'text',
      })
    : request.text;
  const looked = text === null ? null : lookAt(parts.screen, { text, ...enclosed, poll });
  async function content({ now }: Inside): Promise<Content> {
    // Refused once it is known to be new: what was stored before a list or a setting forbade it is still found.
    requireAllowed(attachments, parts.config);
    requireFitting(data, parts.config);
    requireTimely(poll, now);
    if (looked === null) throw unasked('text');
    return { ...admitWords(looked), origin: null };
  }
  // What was asked for tells a retry, whatever became of it.
  return insist(() => tryToSend(parts, viewer, { ...request, print: request, also: [], content, settling }));
}

/** What a message is to have besides its text, as it would be stored. Throws INVALID_INPUT (text, attachments, attachments.N.…, data, data.…) where it could be no message, whatever is allowed. */
export function requireShape(
  config: MessageParts['config'],
  request: Pick<NewText, 'text' | 'attachments' | 'data'>,
  poll: NewPoll | null = null,
): Enclosed {
  const enclosed = { attachments: requireAttachments(request.attachments), data: requireData(request.data) };
  requireText(request.text, { maxLength: config.maxMessageLength, emptyToo: isMore({ ...enclosed, poll }) });
  return enclosed;
}

/**
 * Sends on what somebody said, under the name of whoever said it first; like `send` in all else. Of a poll that is the question: who is asked is not who chose. Throws NOT_FOUND (messageId), INVALID_INPUT (messageId:
 * recalled, not allowed any more, or with what a message may not have by now), and what `send` does.
 */
export async function forward(parts: MessageParts, viewer: Viewer, { message, ...request }: Forward): Promise<Message> {
  const print = { ...request, text: '', forwarded: message };
  const approved = parts.approval.asks ? await approvedWords(parts, viewer, { message, ...request }) : null;
  const content = (inside: Inside) => forwardedContent(parts, inside, { viewer, source: message, approved });
  return insist(() => tryToSend(parts, viewer, { ...request, print, also: [message.conversationId], content }));
}

/** Words that are to be sent on, and what they become; nobody was asked where that is null. */
interface ApprovedWords {
  readonly words: Words;
  readonly become: string | null;
}

async function approvedWords(parts: MessageParts, viewer: Viewer, { message, ...request }: Forward): Promise<ApprovedWords> {
  const [source] = await readMessages(parts.db.client, [message]);
  if (!source || source.recalledAt !== null) return { words: { text: '', ...nothingEnclosed }, become: null };
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
  const { message } = await requireStanding(inside, viewer, source);
  const { senderId, origin, attachments, data } = message;
  requireAllowed(attachments, config, 'messageId');
  requireFitting(data, config, 'messageId');
  const text = approved === null || !saysSame(approved.words, message) ? null : approved.become;
  if (approved !== null && text === null) throw unasked('messageId');
  const said = admitWords(lookAt(screen, { text: text ?? message.text, attachments, data }, 'messageId'));
  if (origin !== null) return { ...said, origin };
  const sender = await inside.read(senderAtCommit(db), senderId);
  return { ...said, origin: { userId: senderId, name: sender?.displayName ?? '' } };
}

async function insist(attempt: () => Promise<Message>): Promise<Message> {
  for (let look = 1; ; look += 1) {
    try {
      return await attempt();
    } catch (error) {
      // The same key in two conversations at once: they share no lock, but they share the unique key.
      if (!isDuplicate(error) || look === looks) throw error;
    }
  }
}

interface Attempt extends Refers, Pick<Sending, 'content'> {
  readonly conversationId: bigint;
  readonly clientMessageId: string;
  readonly print: Request;
  /** Other streams that it relies on. */
  readonly also: readonly bigint[];
  readonly settling?: Settling | undefined;
}

function tryToSend({ db, log, fingerprints }: MessageParts, viewer: Viewer, request: Attempt): Promise<Message> {
  const { conversationId, clientMessageId, print, content, settling, replyTo, threadRoot, mentionIds, mentionsEveryone } = request;
  requireClientMessageId(clientMessageId);
  const also = settling === undefined ? request.also : [...request.also, settling.streamId];
  const lock = also.length === 0 ? [conversationId] : [...new Set([conversationId, ...also])];
  const place = { conversationId, senderId: viewer.userId, clientMessageId };
  const keys = [sentUnder.key(place), ...(settling === undefined ? [] : [settling.key])];
  const posting = postingAt(db);
  return appendSearching<Message>(log, {
    lock,
    keys,
    repeatable: true,
    foresee: (read) => read(posting, place),
    async decide(inside, holds, hasKey) {
      const rows = await inside.read(posting, place);
      const { known, sender } = rows;
      const settled = settling === undefined ? undefined : await settling.decide(inside, { isSaid: known !== null });
      // Who repeats a request may have lost the right to make it.
      if (known !== null) {
        if (!isSame(fingerprints, known, { print, settling })) throw usedBefore();
        return withSettled({ result: () => messageOf(known) }, settled, () => known);
      }
      const writing = await requireAdmitted(inside, { db }, viewer, { conversationId, rows });
      const { unaware } = writing;
      const slow = slowed(writing);
      if (slow !== null && !hasKey(paceKey(slow))) return { relock: lock, keys: [...keys, paceKey(slow)] };
      if (slow !== null) await requirePause(db, inside, slow);
      // With its first message a direct conversation appears on the other side, whose account is then written too.
      if (unaware !== null && !holds(unaware.userId)) return { relock: [...lock, unaware.userId] };
      const fingerprint = settling?.fingerprint ?? fingerprints.of(print);
      const refers = { replyTo, threadRoot, mentionIds, mentionsEveryone };
      const verdict = await store(inside, writing, { clientMessageId, fingerprint, content, refers, db, sender, row: rows.row });
      return withSettled(verdict, settled, (head) => ({ conversationId, seq: head(conversationId).lastSeq + 1 }));
    },
  });
}

function isSame(
  fingerprints: MessageParts['fingerprints'],
  { fingerprint }: Pick<MessageRow, 'fingerprint'>,
  { print, settling }: Pick<Attempt, 'print' | 'settling'>,
): boolean {
  // What is settled with it may have been asked for in other words, or under an older key; or the very same was sent by itself.
  const asFirst = settling?.fingerprint !== undefined && Buffer.compare(settling.fingerprint, fingerprint) === 0;
  return asFirst || fingerprints.matches(fingerprint, print);
}

/** The refusal of a clientMessageId under which something else was said, or is to be. */
export function usedBefore(): ChatError {
  return new ChatError('CONFLICT', 'This clientMessageId was used for another message. Use a new one.', { field: ['clientMessageId'] });
}
