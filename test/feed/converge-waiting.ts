import { type Cache, edgesOf, idOf, isThing, type Json, type List, number, type Thing, text } from './converge-cache.ts';

/** A device's bookkeeping for the unread lists. */
export interface Waiting {
  /** The ids of conversations whose lists have to be read again, because the stored state does not determine them. */
  readonly anew: Set<string>;
  /** By conversation id: the seq as of which its lists were last read. By id of a thread's root: the seq as of which its count came. */
  readonly upTo: Map<string, number>;
}

/**
 * Returns the seq up to which the replies of a thread are counted. It differs from that of its conversation's counts, which come without
 * it.
 */
export function countedUpTo({ upTo }: Waiting, { id = null, conversation }: Thing): number {
  return Math.max(upTo.get(text(id)) ?? 0, upTo.get(idOf(conversation) ?? '') ?? 0);
}

interface Held {
  readonly cache: Cache;
  readonly shown: { viewer: Thing };
  readonly waiting: Waiting;
}

/** Whether the viewer is mentioned by name, and with everyone. */
type Called = readonly [boolean, boolean];

/** Returns how a message that an event brings mentioned the viewer before. `event`: before it is normalized. */
export function knownMentions(held: Held, { message }: Thing): Called {
  return isThing(message) ? called(held, held.cache.entity(text(message['id']))) : [false, false];
}

/** Applies what an event changes in `viewerMentions`, according to docs/api/unread.md. */
export function keepMentions(held: Held, event: Thing, before: Called): void {
  const { cache, waiting } = held;
  const { __typename: type, conversation, conversationEdge, seq, streamId } = event;
  const id = idOf(conversation) ?? '';
  if (type === 'ConversationOpened') {
    const opened = nodeOf(conversationEdge);
    waiting.upTo.set(opened, number(cache.entity(opened)?.['lastSeq']));
  }
  // A list that was read later contains it.
  const known = streamId !== id || number(seq) <= (waiting.upTo.get(id) ?? 0);
  const message = cache.entity(type === 'MessageSent' ? nodeOf(event['messageEdge']) : (idOf(event['message']) ?? ''));
  if (!known && message !== undefined) recalls(held, event, { id, message, before });
}

function recalls(
  held: Held,
  event: Thing,
  { id, message, before }: { readonly id: string; readonly message: Thing; readonly before: Called },
): void {
  const { cache, waiting } = held;
  const now = called(held, message);
  if (before.join() === now.join()) return;
  const others = edgesOf(cache.entity(id)?.['viewerMentions']).filter(({ node }) => idOf(node) !== message['id']);
  const stands = edgesOf(cache.entity(id)?.['messages']).some(({ node }) => idOf(node) === message['id']);
  const first = !before.includes(true) && asItLeft(event, message);
  if (!now.includes(true)) cache.change(id, { viewerMentions: { edges: others } });
  else if (stands && first) cache.change(id, { viewerMentions: { edges: [{ node: { ref: text(message['id']) } }, ...others] } });
  else if (stands || event['__typename'] !== 'MessageSent') waiting.anew.add(id);
}

/** Whether a message is in the state in which this event left it, and not a later one. */
function asItLeft({ __typename: type, at }: Thing, { editedAt = null }: Thing): boolean {
  return (type === 'MessageSent' && editedAt === null) || (type === 'MessageEdited' && editedAt === at);
}

function nodeOf(edge: Json | undefined): string {
  return (isThing(edge) && idOf(edge['node'])) || '';
}

function called({ shown }: Held, message: Thing | undefined): Called {
  const me = idOf(shown.viewer['user']);
  if (message === undefined || idOf(message['sender']) === me) return [false, false];
  const mentions = Array.isArray(message['mentions']) ? message['mentions'] : [];
  return [mentions.some((user: Json) => idOf(user) === me), message['mentionsEveryone'] === true];
}

/** Applies what an event changes in `threads`, according to docs/api/threads.md. */
export function keepThreads(held: Held, event: Thing): void {
  const { cache, waiting } = held;
  const { __typename: type, conversationEdge, conversationId, message } = event;
  const id = idOf(event['conversation']) ?? '';
  if (type === 'MessageSent') replied(held, event);
  if (type === 'ConversationOpened') waiting.anew.add(nodeOf(conversationEdge));
  if (type === 'ConversationClosed') takeOut(held, text(conversationId), () => true);
  if (type === 'ConversationCleared') takeOut(held, id, (seq) => seq <= number(cache.entity(id)?.['viewerClearedSeq']));
  if (type === 'MessageHidden' && threadsOf(held).some(({ lastReply }) => idOf(lastReply) === event['messageId'])) waiting.anew.add(id);
  const root = idOf((type === 'ThreadRead' ? message : event['threadRoot']) ?? null);
  if (root !== null) counts(held, root);
  if (type === 'ThreadRead' && root !== null && !holds(held, root)) waiting.anew.add(idOf(cache.entity(root)?.['conversation']) ?? '');
}

/** Records that the count of a thread came as of its conversation's lastSeq in the same event. */
function counts({ cache, waiting }: Held, root: string): void {
  const { conversation } = cache.entity(root) ?? {};
  const { lastSeq } = cache.entity(idOf(conversation) ?? '') ?? {};
  if (typeof lastSeq === 'number') waiting.upTo.set(root, lastSeq);
}

/** Removes the threads of a conversation whose newest reply is removed. */
export function takeOut(held: Held, conversation: string, goes: (seq: number) => boolean): void {
  const { cache } = held;
  setThreads(
    held,
    threadsOf(held).filter(({ lastReply }) => {
      const { conversation: where, seq } = cache.entity(idOf(lastReply) ?? '') ?? {};
      return idOf(where) !== conversation || !goes(number(seq));
    }),
  );
}

function replied(held: Held, { messageEdge, conversation }: Thing): void {
  const { cache, shown } = held;
  const reply = cache.entity(nodeOf(messageEdge));
  const root = cache.entity(idOf(reply?.['threadRoot']) ?? '');
  // A reply that was deleted or cleared meanwhile is in no list.
  const stands = edgesOf(cache.entity(idOf(conversation) ?? '')?.['messages']).some((edge) => nodeOf(edge) === reply?.['id']);
  if (reply === undefined || root === undefined || !stands) return;
  const id = text(root['id']);
  const known = threadsOf(held).find((thread) => idOf(thread['node']) === id);
  const me = idOf(shown.viewer['user']);
  const mine = idOf(reply['sender']) === me || idOf(root['sender']) === me;
  if (known === undefined && root['viewerThreadUnreadCount'] === undefined) held.waiting.anew.add(idOf(conversation) ?? '');
  if (known === undefined && !mine && !(number(root['viewerThreadUnreadCount'] ?? 0) > 0)) return;
  const newest = cache.entity(idOf(known?.['lastReply']) ?? '');
  if (newest !== undefined && number(newest['seq']) >= number(reply['seq'])) return;
  setThreads(held, [{ node: { ref: id }, lastReply: { ref: text(reply['id']) } }, ...threadsOf(held).filter((thread) => thread !== known)]);
}

/** Whether the viewer's list of threads has this one. */
export function holds(held: Pick<Held, 'shown'>, root: string): boolean {
  return threadsOf(held).some(({ node }) => idOf(node) === root);
}

/** Returns the number of unread replies in all threads of the viewer's list. */
export function waitingReplies(held: Pick<Held, 'cache' | 'shown'>): number {
  return threadsOf(held).reduce((total, { node }) => total + waitsIn(held, node), 0);
}

function waitsIn({ cache }: Pick<Held, 'cache'>, node: Json | undefined): number {
  return number(cache.entity(idOf(node) ?? '')?.['viewerThreadUnreadCount'] ?? 0);
}

function threadsOf({ shown }: Pick<Held, 'shown'>): readonly Thing[] {
  return edgesOf(shown.viewer['threads']);
}

function setThreads(held: Pick<Held, 'shown'>, edges: readonly Thing[]): void {
  held.shown.viewer = { ...held.shown.viewer, threads: { edges } };
}

/** Sorts the threads by newest reply, and derives the unread lists from both lists. */
export function orderWaiting(held: Pick<Held, 'cache' | 'shown'>): void {
  const { cache, shown } = held;
  function rank({ node, lastReply }: Thing): string {
    return [cache.entity(idOf(lastReply) ?? '')?.['sentAt'], place(idOf(node) ?? '')].join(' ');
  }
  setThreads(
    held,
    threadsOf(held).toSorted((one, other) => (rank(one) < rank(other) ? 1 : -1)),
  );
  const waiting = threadsOf(held).filter(({ node }) => waitsIn(held, node) > 0);
  shown.viewer = { ...shown.viewer, waiting: { edges: waiting.map(({ node = null }) => ({ node })) } };
  for (const { id = null, viewerMentions, viewerMentionCount } of cache.entities()) {
    if (viewerMentions === undefined) continue;
    cache.change(text(id), { waitingMentions: { edges: edgesOf(viewerMentions).slice(0, number(viewerMentionCount)) } });
  }
}

/** Replies with the same millisecond are sorted by thread: ids of conversations have equal lengths, seqs of roots do not. */
function place(id: string): string {
  return Buffer.from(id, 'base64url')
    .toString()
    .replace(/\d+$/, (seq) => seq.padStart(10, '0'));
}

/** Replaces a conversation's lists by those that were read again. */
export function readAnew(
  held: Held,
  id: string,
  { threads, conversation }: { readonly threads: List; readonly conversation: Thing },
): void {
  const { cache, waiting } = held;
  const { lastSeq, ...mentions } = conversation;
  cache.write({ id, ...mentions });
  waiting.upTo.set(id, number(lastSeq));
  const fresh = cache.write(threads);
  setThreads(held, [...threadsOf(held).filter((thread) => conversationOf(held, thread) !== id), ...edgesOf(fresh)]);
}

function conversationOf({ cache }: Held, { node }: Thing): string | null {
  return idOf(cache.entity(idOf(node) ?? '')?.['conversation']);
}
