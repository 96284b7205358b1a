import { type Cache, edgesOf, idOf, isThing, type Json, number, type Thing, text } from './converge-cache.ts';
import { closeKept, draftChanged, leaveOutSaved, savedChanged } from './converge-kept.ts';
import { optionsIn, voted, votesAtFirst } from './converge-poll.ts';
import {
  countedUpTo,
  holds,
  keepMentions,
  keepThreads,
  knownMentions,
  orderWaiting,
  takeOut,
  type Waiting,
  waitingReplies,
} from './converge-waiting.ts';

/** A viewer's tree. It refers to entities in the cache. */
export interface Shown {
  viewer: Thing;
  readonly people: Json;
}

type Rule = (held: Held, event: Thing) => void;

/** The state of a device. */
export interface Held {
  readonly cache: Cache;
  readonly shown: Shown;
  /**
   * Messages that the viewer has deleted for themselves, from MessageHidden. Stored like the positions, because MessageSent may come after
   * it.
   */
  readonly deleted: Set<string>;
  readonly waiting: Waiting;
}

/**
 * What an event changes besides the objects that it brings, according to docs/api/cache.md. `event` is normalized already: references stand
 * for its objects. An event type without a rule fails the test.
 */
const rules: Readonly<Record<string, Rule>> = {
  MessageSent: messageSent,
  MemberJoined(held, event) {
    append(held, event, 'members', event['membershipEdge'] ?? null);
    logged(held, event);
  },
  MemberChanged: logged,
  MemberLeft(held, event) {
    if (event['user'] === null) forget(held, idOf(held.cache.entity(text(event['membershipId']))?.['user']));
    held.cache.evict(text(event['membershipId']));
    logged(held, event);
  },
  MessageEdited(held, event) {
    const { message, own } = event;
    if (!isThing(own) || own['viewerHidden'] !== true) attach(held, event, message);
    passed(held, event);
  },
  MessageRecalled(held, event) {
    recalled(held, event);
    attach(held, event, event['message']);
    passed(held, event);
  },
  ReactionsChanged(held, event) {
    reacted(held, event);
    passed(held, event);
  },
  PollVoted(held, event) {
    voted(held, event);
    passed(held, event);
  },
  PollClosed: passed,
  PinChanged(held, event) {
    pinned(held, event);
    if (isCleared(held, event, event['message'])) passed(held, event);
    else logged(held, event);
  },
  HistoryTrimmed(held, event) {
    const [conversation, untilSeq] = [idOf(event['conversation']) ?? '', number(event['untilSeq'])];
    leaveOut(held, conversation, (place, about) => Math.min(place, about) <= untilSeq);
    takeOut(held, conversation, (seq) => seq <= untilSeq);
    for (const { id = null, replyCount = 0, threadParticipants = [], ...said } of held.cache.entities()) {
      if (!('sentAt' in said) || idOf(said['conversation']) !== conversation || number(said['seq']) > untilSeq) continue;
      held.cache.evict(text(id));
      held.cache.change(text(id), { id, replyCount, threadParticipants });
      if (holds(held, text(id))) held.waiting.anew.add(conversation);
    }
    passed(held, event);
  },
  GroupChanged: logged,
  EntryHidden({ cache }, { streamId, seq }) {
    const { lastSeq } = cache.entity(text(streamId)) ?? {};
    if (lastSeq !== undefined) cache.change(text(streamId), { lastSeq: Math.max(number(lastSeq), number(seq)) });
  },
  ConversationOpened(held, { conversationEdge }) {
    put(held, 'conversations', conversationEdge ?? null);
  },
  ConversationClosed(held, { conversationId }) {
    const { cache } = held;
    closeKept(held, text(conversationId));
    cache.evict(text(conversationId));
  },
  ContactRequestSent: (held, event) => put(held, 'outgoing', event['contactRequestEdge'] ?? null),
  ContactRequestReceived: (held, event) => put(held, 'incoming', event['contactRequestEdge'] ?? null),
  ContactRequestWithdrawn: requestGone,
  ContactRequestClosed(held, event) {
    requestGone(held, event);
    put(held, 'contacts', event['contactEdge'] ?? null);
  },
  BlockChanged(held, { userId, userEdge }) {
    const { shown } = held;
    const list = shown.viewer['blocks'];
    const edges = edgesOf(list).filter(({ node }) => idOf(node) !== text(userId));
    if (isThing(list)) shown.viewer = { ...shown.viewer, blocks: { ...list, edges } };
    put(held, 'blocks', userEdge ?? null);
  },
  ContactChanged({ cache }, { contact, contactId }) {
    if (contact === null) cache.evict(text(contactId));
  },
  JoinRequestSent: (held, event) => put(held, 'asking', event['joinRequestEdge'] ?? null),
  JoinRequestReceived({ cache }, { group, joinRequestEdge = null }) {
    const id = idOf(group) ?? '';
    const list = listOf(cache, id, 'viewerJoinRequests');
    if ('edges' in list) cache.change(id, { viewerJoinRequests: withFirst(list, joinRequestEdge) });
  },
  JoinRequestClosed({ cache, shown }, { joinRequestId }) {
    const id = text(joinRequestId);
    shown.viewer = { ...shown.viewer, asking: without(shown.viewer['asking'], id) };
    for (const { id: group, viewerJoinRequests: list } of cache.entities()) {
      if (list !== undefined) cache.change(text(group), { viewerJoinRequests: without(list, id) });
    }
    cache.evict(id);
  },
  InvitesChanged: () => undefined,
  ViewerChanged({ shown }, { viewer }) {
    if (isThing(viewer)) shown.viewer = { ...shown.viewer, ...viewer };
  },
  DataExportChanged({ cache, shown }, { dataExport, dataExportId }) {
    const known = Array.isArray(shown.viewer['dataExports']) ? shown.viewer['dataExports'] : [];
    const others = known.filter((file: Json) => idOf(file) !== text(dataExportId));
    const files = others.length < known.length ? known : [{ ref: text(dataExportId) }, ...known];
    shown.viewer = { ...shown.viewer, dataExports: dataExport === null ? others : files };
    if (dataExport === null) cache.evict(text(dataExportId));
  },
  ScheduledMessageChanged(held, { scheduledMessageId, scheduledMessageEdge }) {
    scheduledGone(held, text(scheduledMessageId));
    put(held, 'scheduledMessages', scheduledMessageEdge ?? null);
    orderScheduled(held);
  },
  ScheduledMessageClosed(held, { scheduledMessageId }) {
    scheduledGone(held, text(scheduledMessageId));
    held.cache.evict(text(scheduledMessageId));
  },
  DraftChanged: draftChanged,
  SavedMessageChanged: savedChanged,
  NoticePosted(held, event) {
    put(held, 'notices', event['noticeEdge'] ?? null);
    orderNotices(held);
  },
  NoticeRevoked({ cache, shown }, { noticeId }) {
    const list = shown.viewer['notices'];
    if (isThing(list))
      shown.viewer = { ...shown.viewer, notices: { ...list, edges: edgesOf(list).filter(({ node }) => idOf(node) !== text(noticeId)) } };
    cache.evict(text(noticeId));
  },
  MembershipSettled: () => undefined,
  MessageHidden(held, { conversation, messageId }) {
    const { cache, deleted } = held;
    deleted.add(text(messageId));
    const seq = cache.entity(text(messageId))?.['seq'];
    leaveOut(held, idOf(conversation) ?? '', (place) => place === seq);
  },
  ConversationCleared(held, { conversation }) {
    const { cache } = held;
    const id = idOf(conversation) ?? '';
    leaveOut(held, id, (place, about) => Math.min(place, about) <= number(cache.entity(id)?.['viewerClearedSeq']));
  },
  ThreadRead: () => undefined,
  ReceiptMoved: () => undefined,
  TypingChanged: () => undefined,
  SignalReceived: () => undefined,
  ViewerMarkersMoved: () => undefined,
  StreamReady: () => undefined,
  ResyncRequired(_held, { resyncReason }) {
    // The account stream closes the conversation. Nothing else of it is expected here.
    if (resyncReason !== 'GONE') throw new Error(`a part of the log is missing: ${resyncReason}`);
  },
};

/** Applies an event. Throws if its type has no rule. */
export function apply(held: Held, event: Thing): void {
  const rule = rules[text(event['__typename'])];
  if (rule === undefined) throw new Error(`no rule for ${JSON.stringify(event)}`);
  const before = callsBefore(held, event);
  const called = knownMentions(held, event);
  const written = held.cache.write(event);
  if (isThing(written)) {
    rule(held, written);
    deliver(held);
    count(held, written, before);
    keepThreads(held, written);
    keepMentions(held, written, called);
  }
  settle(held);
}

/** Sorts the lists, and sums up the unread counts. */
export function settle(held: Held): void {
  order(held);
  orderWaiting(held);
  sum(held);
}

/** Sorts the conversations by activity. Two with the same millisecond are sorted by id. */
export function order({ cache, shown }: Held): void {
  const edges = edgesOf(shown.viewer['conversations']).filter(({ node }) => conversationOf(cache, node) !== undefined);
  function rank({ node }: Thing): string {
    const conversation = conversationOf(cache, node);
    return `${conversation?.['lastActivityAt']} ${conversation?.['id']}`;
  }
  shown.viewer = { ...shown.viewer, conversations: { edges: edges.toSorted((one, other) => (rank(one) < rank(other) ? 1 : -1)) } };
}

/** Removes a scheduled message from its list: after a change its place may be another. */
function scheduledGone({ shown }: Held, id: string): void {
  const list = shown.viewer['scheduledMessages'];
  if (isThing(list))
    shown.viewer = { ...shown.viewer, scheduledMessages: { ...list, edges: edgesOf(list).filter(({ node }) => idOf(node) !== id) } };
}

/** Sorts scheduled messages by time, then id, as the cursors have it. */
function orderScheduled({ shown }: Held): void {
  const list = shown.viewer['scheduledMessages'];
  const rank = ({ cursor }: Thing): string => Buffer.from(text(cursor), 'base64url').toString();
  if (!isThing(list)) return;
  const edges = edgesOf(list).toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1));
  shown.viewer = { ...shown.viewer, scheduledMessages: { ...list, edges } };
}

/**
 * Sorts notices by the time of posting: notices to all and notices to some come on different streams. Two with the same millisecond are
 * sorted by id.
 */
function orderNotices({ shown }: Held): void {
  const list = shown.viewer['notices'];
  const rank = ({ cursor }: Thing): string => Buffer.from(text(cursor), 'base64url').toString();
  if (!isThing(list)) return;
  shown.viewer = {
    ...shown.viewer,
    notices: { ...list, edges: edgesOf(list).toSorted((one, other) => (rank(one) < rank(other) ? 1 : -1)) },
  };
}

function conversationOf(cache: Cache, node: Json | undefined): Thing | undefined {
  return cache.entity(idOf(node) ?? '');
}

/**
 * Whether a message that an event brings mentioned the viewer before. Null if the event brings none, or is known already. Any event may
 * bring a change that a later one made.
 */
function callsBefore({ cache, shown, waiting }: Held, { conversation, message, seq }: Thing): boolean | null {
  if (seq === undefined || !isThing(conversation) || !isThing(message)) return null;
  const known = cache.entity(text(conversation['id']))?.['lastSeq'];
  return known === undefined || number(seq) <= Math.max(number(known), waiting.upTo.get(text(conversation['id'])) ?? 0)
    ? null
    : calls(cache.entity(text(message['id'])), shown);
}

/** Counts a mention that an edit has added, or removed from an unread message. */
function count({ cache, shown }: Held, { conversation, message }: Thing, before: boolean | null): void {
  const id = idOf(conversation) ?? '';
  const held = cache.entity(id);
  const changed = cache.entity(idOf(message) ?? '');
  if (before === null || held === undefined || changed === undefined) return;
  const now = calls(changed, shown);
  const waits = number(changed['seq']) > number(held['viewerReadSeq']);
  const gone = before && !now && waits ? -1 : 0;
  cache.change(id, { viewerMentionCount: number(held['viewerMentionCount']) + (!before && now ? 1 : gone) });
}

/** Whether a message of another user mentions the viewer or everyone. */
function calls(message: Thing | undefined, { viewer }: Shown): boolean {
  const me = idOf(viewer['user']);
  if (message === undefined || idOf(message['sender']) === me) return false;
  const mentions = Array.isArray(message['mentions']) ? message['mentions'] : [];
  return message['mentionsEveryone'] === true || mentions.some((user: Json) => idOf(user) === me);
}

/**
 * Removes entries from everything shown of a conversation, because the viewer no longer sees them. `about`: the seq of the pinned message
 * for a pin, else that of the entry.
 */
function leaveOut(held: Held, id: string, goes: (seq: number, about: number) => boolean): void {
  const { cache, shown } = held;
  leaveOutSaved(held, id, (seq) => goes(seq, seq));
  function stays({ node, message: broughtBy = node }: Thing): boolean {
    const entity = isThing(broughtBy) && idOf(broughtBy) === null ? broughtBy : cache.entity(idOf(broughtBy) ?? '');
    if (entity === undefined) return true;
    const about = isThing(entity['pinOf']) ? entity['pinOf'] : entity;
    return !goes(number(entity['seq']), number(about['seq']));
  }
  const roots = [...edgesOf(cache.entity(id)?.['messages']), ...edgesOf(shown.viewer['threads'])];
  const places = [id, ...roots.map(({ node }) => idOf(node) ?? '').filter((place) => idOf(cache.entity(place)?.['conversation']) === id)];
  for (const place of places) {
    for (const name of ['messages', 'timeline', 'pins', 'files', 'replies', 'viewerMentions']) {
      const list = listOf(cache, place, name);
      if ('edges' in list) cache.change(place, { [name]: { ...list, edges: edgesOf(list).filter(stays) } });
    }
  }
}

/** Sums up the unread counts. */
function sum({ cache, shown }: Held): void {
  const waiting = edgesOf(shown.viewer['conversations']).map(({ node }) => {
    const conversation = conversationOf(cache, node);
    return {
      messages: number(conversation?.['viewerUnreadCount']),
      mentions: number(conversation?.['viewerMentionCount']),
      settled: cache.entity(idOf(conversation?.['viewerMembership']) ?? ''),
    };
  });
  const all = (of: (one: (typeof waiting)[number]) => number) => waiting.reduce((total, one) => total + of(one), 0);
  const unread = {
    messages: all(({ messages }) => messages),
    mentions: all(({ mentions }) => mentions),
    conversations: waiting.filter(({ messages, mentions }) => messages + mentions > 0).length,
    threads: waitingReplies({ cache, shown }),
    badge: all(({ messages, mentions, settled }) => {
      // All silent periods in these tests never end.
      if (settled?.['viewerArchived'] === true || typeof settled?.['viewerSilentUntil'] === 'string') return 0;
      return { ALL: messages, MENTIONS: mentions, NONE: 0 }[String(settled?.['viewerNotificationLevel'])] ?? 0;
    }),
  };
  shown.viewer = { ...shown.viewer, unread };
}

function messageSent(state: Held, event: Thing): void {
  const { cache, shown, deleted, waiting } = state;
  const id = idOf(event['conversation']) ?? '';
  const held = cache.entity(id);
  const message = cache.entity(idOf(isThing(event['messageEdge']) ? event['messageEdge']['node'] : null) ?? '');
  if (held === undefined || message === undefined) return;
  const sender = idOf(message['sender']) ?? '';
  const own = sender === idOf(shown.viewer['user']);
  const seq = number(event['seq']);
  const fresh = seq > number(held['lastSeq']);
  moveSender(state, { id, sender, seq });
  if (deleted.has(text(message['id'])) || seq <= number(held['viewerClearedSeq'])) {
    passed(state, event);
    return;
  }
  append(state, event, 'messages', event['messageEdge'] ?? null);
  attach(state, event, { ref: text(message['id']) });
  standInThread(cache, message, event['messageEdge'] ?? null);
  logged(state, event);
  const newest = cache.entity(idOf(held['viewerLastMessage']) ?? '');
  if (newest === undefined || number(newest['seq']) < seq) cache.change(id, { viewerLastMessage: { ref: text(message['id']) } });
  waitInThread(state, message, seq);
  if (!fresh) return;
  if (!own) cache.change(id, { viewerUnreadCount: number(held['viewerUnreadCount']) + 1 });
  if (calls(message, shown) && seq > (waiting.upTo.get(id) ?? 0))
    cache.change(id, { viewerMentionCount: number(held['viewerMentionCount']) + 1 });
}

/** A reply is unread for participants of its thread. A user who replies has read the thread. */
function waitInThread({ cache, shown, waiting }: Held, message: Thing, seq: number): void {
  const root = cache.entity(idOf(message['threadRoot']) ?? '');
  const known = root?.['viewerThreadUnreadCount'];
  if (root === undefined || known === undefined || seq <= countedUpTo(waiting, root)) return;
  const me = idOf(shown.viewer['user']);
  const said = [root, ...edgesOf(root['replies']).map(({ node }) => cache.entity(idOf(node) ?? ''))];
  const own = idOf(message['sender']) === me;
  const part = holds({ shown }, text(root['id'])) || said.some((one) => idOf(one?.['sender']) === me);
  if (own || part) cache.change(text(root['id']), { viewerThreadUnreadCount: own ? 0 : number(known) + 1 });
}

/** Adds a reply to the end of its thread, with the initial values of its own fields. */
function standInThread(cache: Cache, message: Thing, edge: Json): void {
  const id = text(message['id']);
  if (!('replies' in message)) {
    cache.change(id, {
      ...{ replies: { edges: [] }, viewerReactions: [], viewerThreadUnreadCount: 0 },
      ...{ viewerHasSaved: false, viewerThreadDraft: null },
    });
    for (const option of optionsIn(message)) cache.change(option, votesAtFirst(message));
  }
  appendTo(cache, idOf(message['threadRoot']) ?? '', 'replies', edge);
}

/** A member who has read everything of others has also read their own next message. */
function moveSender(
  { cache, shown }: Held,
  { id, sender, seq }: { readonly id: string; readonly sender: string; readonly seq: number },
): void {
  const member = cache
    .entities()
    .find((entity) => idOf(entity['conversation']) === id && 'readSeq' in entity && idOf(entity['user']) === sender);
  if (member === undefined) return;
  // Including those that the viewer has deleted.
  const others = cache
    .entities()
    .filter((said) => idOf(said['conversation']) === id && 'sentAt' in said && idOf(said['sender']) !== sender)
    .map((said) => number(said['seq']));
  /** Returns a marker's position after its member has sent a message. */
  function moved(marker: Json | undefined): Json {
    return typeof marker !== 'number' || others.some((other) => other > marker && other < seq) ? (marker ?? null) : seq;
  }
  const { deliveredSeq, readSeq } = member;
  cache.change(text(member['id']), { deliveredSeq: moved(deliveredSeq), readSeq: moved(readSeq) });
  if (sender === idOf(shown.viewer['user'])) cache.change(id, { viewerReadSeq: moved(cache.entity(id)?.['viewerReadSeq']) });
}

/** Derives each message's delivery state from how far all other members have its conversation. */
function deliver({ cache }: Held): void {
  for (const message of cache.entities()) {
    const { id, seq } = message;
    const { deliveredToAllSeq, readByAllSeq } = cache.entity(idOf(message['conversation']) ?? '') ?? {};
    if (!('delivery' in message) || deliveredToAllSeq === undefined || readByAllSeq === undefined) continue;
    const state = number(seq) <= Number(deliveredToAllSeq) ? 'DELIVERED' : 'SENT';
    cache.change(text(id), { delivery: number(seq) <= Number(readByAllSeq) ? 'READ' : state });
  }
}

/** A recall removes the viewer's own reactions too. */
function recalled({ cache }: Held, { message }: Thing): void {
  const id = idOf(message) ?? '';
  if (cache.entity(id)?.['viewerReactions'] !== undefined) cache.change(id, { viewerReactions: [] });
}

/** Updates the viewer's own reactions, because the event's payload is the same for all. */
function reacted({ cache, shown }: Held, { actor, message, emoji, added }: Thing): void {
  const id = idOf(message) ?? '';
  const known = cache.entity(id)?.['viewerReactions'];
  if (idOf(actor) !== idOf(shown.viewer['user']) || !Array.isArray(known)) return;
  const others = known.filter((one) => one !== emoji);
  cache.change(id, { viewerReactions: added === true ? [...others, text(emoji)] : others });
}

/** Applies the deletion of an account: its user is removed everywhere. */
function forget({ cache }: Held, userId: string | null): void {
  function nobody(value: Json | undefined): boolean {
    return userId !== null && idOf(value) === userId;
  }
  for (const { id = null, sender, mentions, threadParticipants: faces, forwardedFrom, timeline } of cache.entities()) {
    if (typeof id !== 'string') continue;
    if (nobody(sender)) cache.change(id, { sender: null });
    if (Array.isArray(mentions)) cache.change(id, { mentions: mentions.filter((user: Json) => !nobody(user)) });
    if (Array.isArray(faces)) cache.change(id, { threadParticipants: faces.filter((user: Json) => !nobody(user)) });
    if (isThing(forwardedFrom) && nobody(forwardedFrom['user'])) cache.change(id, { forwardedFrom: { ...forwardedFrom, user: null } });
    if (!isThing(timeline)) continue;
    const edges = edgesOf(timeline).map((edge) => {
      const { node } = edge;
      return isThing(node) && nobody(node['actor']) ? { ...edge, node: { ...node, actor: null } } : edge;
    });
    cache.change(id, { timeline: { ...timeline, edges } });
  }
}

/** Whether the viewer has cleared the conversation up to this message. */
function isCleared({ cache }: Held, { conversation }: Thing, message: Json | undefined): boolean {
  const seq = cache.entity(idOf(message) ?? '')?.['seq'];
  return seq !== undefined && number(seq) <= number(cache.entity(idOf(conversation) ?? '')?.['viewerClearedSeq']);
}

/** Puts the last pin first, unless the viewer has deleted the message. */
function pinned({ cache }: Held, { conversation, message = null, own, pinned }: Thing): void {
  const list = listOf(cache, idOf(conversation) ?? '', 'pins');
  const others = edgesOf(list).filter(({ node }) => idOf(node) !== idOf(message));
  const stands = pinned === true && !(isThing(own) && own['viewerHidden'] === true);
  cache.change(idOf(conversation) ?? '', { pins: { ...list, edges: stands ? [{ node: message }, ...others] : others } });
}

/** Replaces a message's attachments in the list of files, the newest message first. */
function attach({ cache }: Held, { conversation }: Thing, message: Json | undefined): void {
  const id = idOf(conversation) ?? '';
  const list = listOf(cache, id, 'files');
  if (!('edges' in list)) return;
  const seqOf = (edge: Thing): number => number(cache.entity(idOf(edge['message']) ?? '')?.['seq']);
  const attachments = cache.entity(idOf(message) ?? '')?.['attachments'];
  const own = (Array.isArray(attachments) ? attachments : []).map((node: Json) => ({ node, message: message ?? null }));
  const others = edgesOf(list).filter((edge) => idOf(edge['message']) !== idOf(message));
  cache.change(id, { files: { ...list, edges: [...others, ...own].toSorted((one, other) => seqOf(other) - seqOf(one)) } });
}

/** Adds an entry to the conversation's timeline. */
function logged(held: Held, event: Thing): void {
  const { __typename = null, at = null, streamId = null, seq = null, actor = null, message = null } = event;
  const pin = __typename === 'PinChanged' ? { pinOf: { seq: held.cache.entity(idOf(message) ?? '')?.['seq'] ?? null } } : {};
  append(held, event, 'timeline', { node: { __typename, at, streamId, seq, actor, ...pin } });
  passed(held, event);
}

/** Moves the conversation's lastSeq to an entry. */
function passed({ cache }: Held, event: Thing): void {
  const id = idOf(event['conversation']) ?? '';
  const conversation = cache.entity(id);
  if (conversation === undefined) return;
  const seq = event['seq'];
  const members = conversation['members'];
  cache.change(id, {
    lastSeq: Math.max(number(seq), number(conversation['lastSeq'])),
    ...(isThing(members) && { members: { ...members, ...listOf(cache, id, 'members'), totalCount: number(conversation['memberCount']) } }),
  });
}

function listOf(cache: Cache, id: string, name: string): Thing {
  const list = cache.entity(id)?.[name];
  return isThing(list) ? list : {};
}

/** Adds an edge to the end of a conversation's list, unless it is there. */
function append({ cache }: Held, event: Thing, name: string, edge: Json): void {
  appendTo(cache, idOf(event['conversation']) ?? '', name, edge);
}

/** Adds an edge to the end of an entity's list, unless it is there. */
function appendTo(cache: Cache, id: string, name: string, edge: Json): void {
  const list = listOf(cache, id, name);
  if (!isThing(edge) || !('edges' in list) || edgesOf(list).some(({ node }) => same(node ?? null, edge['node'] ?? null))) return;
  cache.change(id, { [name]: { ...list, edges: [...edgesOf(list), edge] } });
}

/** Adds an edge to the front of one of the viewer's lists, unless it is there. */
function put({ shown }: Held, name: string, edge: Json): void {
  const list = shown.viewer[name];
  if (isThing(list)) shown.viewer = { ...shown.viewer, [name]: withFirst(list, edge) };
}

/** Returns a list with an edge at its front, unless it is there. */
function withFirst(list: Thing, edge: Json): Thing {
  if (!isThing(edge) || edgesOf(list).some(({ node }) => same(node ?? null, edge['node'] ?? null))) return list;
  const total = 'totalCount' in list && { totalCount: number(list['totalCount']) + 1 };
  return { ...list, ...total, edges: [edge, ...edgesOf(list)] };
}

/** Returns a list without an entity. */
function without(list: Json | undefined, id: string): Json {
  const edges = edgesOf(list);
  const left = edges.filter(({ node }) => idOf(node) !== id);
  if (!isThing(list) || left.length === edges.length) return list ?? null;
  return { ...list, totalCount: number(list['totalCount']) - 1, edges: left };
}

function requestGone({ cache, shown }: Held, { contactRequestId }: Thing): void {
  const id = text(contactRequestId);
  for (const name of ['incoming', 'outgoing']) shown.viewer = { ...shown.viewer, [name]: without(shown.viewer[name], id) };
  cache.evict(id);
}

/** Compares entries by position, and entities by id. */
function same(one: Json, other: Json): boolean {
  if (idOf(one) !== null || !isThing(one) || !isThing(other)) return idOf(one) === idOf(other);
  return one['streamId'] === other['streamId'] && one['seq'] === other['seq'];
}
