import type { EventOf } from '../../client/index.ts';
import type { FollowSubscription, MessageFragment, PersonFragment, QuotedFragment, ThreadRootFragment } from '../generated/graphql.ts';
import { renamed } from './renamed.ts';
import {
  type Conversation,
  type Entry,
  type Said,
  type State,
  withConversation,
  withConversations,
  withEntry,
  without,
  withReply,
  withRoom,
  withSaid,
} from './state.ts';

/** An event, as events.graphql selects it. */
export type Event = EventOf<FollowSubscription>;

type Of<T extends Event['__typename']> = Extract<Event, { readonly __typename: T }>;
/** Entries that are shown in the timeline of a conversation. */
type Told = Of<'MessageSent' | 'MemberJoined' | 'MemberLeft' | 'MemberChanged' | 'GroupChanged' | 'PinChanged'>;
/** Entries that change a message in the timeline. */
type Changed = Of<'MessageEdited' | 'MessageRecalled' | 'ReactionsChanged' | 'PollVoted' | 'PollClosed'>;

/** Whether an event is followed by a new read, which is shorter than applying it: it is rare, or done by another client only. */
export function outdates(event: Event): boolean {
  switch (event.__typename) {
    case 'ResyncRequired':
    case 'MessageHidden':
    case 'ConversationCleared':
    case 'HistoryTrimmed':
      return true;
    case 'MemberLeft':
      // Their account was deleted, so their name is gone from everything that is shown.
      return event.user === null;
    default:
      return false;
  }
}

/**
 * The state after an event, equal to what a new read would give. docs/api/cache.md has the rules for all events; these are the ones for
 * what this app shows. Typing is not here because it ends by a timer (typing.ts).
 */
export function apply(state: State, event: Event): State {
  switch (event.__typename) {
    case 'MessageSent':
    case 'MemberJoined':
    case 'MemberLeft':
    case 'MemberChanged':
    case 'GroupChanged':
    case 'PinChanged':
      return told(state, event);
    case 'MessageEdited':
    case 'MessageRecalled':
    case 'ReactionsChanged':
    case 'PollVoted':
    case 'PollClosed':
      return event.message === null ? moved(state, event) : changed(moved(state, event), event, event.message);
    case 'EntryHidden':
      return withConversation(state, event.streamId, (held) => ({ ...held, lastSeq: Math.max(held.lastSeq, event.seq) }));
    case 'ConversationOpened':
      // A held copy is from before the viewer had left.
      return event.conversationEdge === null
        ? state
        : withConversations(without(state, event.conversationEdge.node.id), [event.conversationEdge.node]);
    case 'MembershipSettled':
      // Also for conversations that are not loaded: it may have been pinned.
      return event.conversation === null ? state : withConversations(state, [event.conversation]);
    case 'ConversationClosed':
      return without(state, event.conversationId);
    case 'ReceiptMoved':
      return event.conversation === null ? state : receipts(state, event.conversation);
    case 'ViewerMarkersMoved':
      return readElsewhere(state, event);
    case 'ViewerChanged':
      return event.viewer === null ? state : renamed(state, new Map([[state.me.id, event.viewer.user]]));
    default:
      return state;
  }
}

/** Inserts an entry into the timeline, and applies what it changes in the conversation. */
function told(state: State, event: Told): State {
  // Done before `lastSeq` moves, because that tells whether the unread count that was read includes this message.
  const counted = event.__typename === 'MessageSent' ? replied(said(state, event), event) : state;
  return withRoom(moved(counted, event), event.streamId, (room) => ({
    ...withEntry(room, entryOf(event)),
    members: membersAfter(room.members, event),
  }));
}

/** The entry in the shape that a page has. */
function entryOf(event: Told): Entry {
  const { streamId: _stream, conversation: _conversation, ...entry } = event;
  if (entry.__typename !== 'MessageSent') return entry;
  return { ...entry, messageEdge: entry.messageEdge && { node: unmarked(entry.messageEdge.node) } };
}

/** A new message has no reactions or votes of the viewer yet. */
function unmarked(message: MessageFragment): Said {
  const viewerPoll = message.poll && { options: message.poll.options.map(({ id }) => ({ id, viewerHasVoted: false })) };
  return { ...message, viewerReactions: [], viewerPoll };
}

/** Adds a reply to its thread, and applies the reply count that it brings. */
function replied(state: State, { streamId, messageEdge }: Of<'MessageSent'>): State {
  const reply = messageEdge?.node;
  const root = reply?.threadRoot;
  if (reply === undefined || root === undefined || root === null) return state;
  const listed = withLast(state, streamId, (held) => afterReply(held, root));
  return withReply(
    withSaid(listed, streamId, (held) => afterReply(held, root)),
    unmarked(reply),
  );
}

/** Updates the reply count of a held message, if it is the root of this thread or a reply in it. */
function afterReply<M extends MessageFragment>(held: M, root: ThreadRootFragment): M {
  const { replyCount } = root;
  if (held.id === root.id) return { ...held, replyCount };
  return held.threadRoot?.id === root.id ? { ...held, threadRoot: { ...held.threadRoot, replyCount } } : held;
}

function withLast(state: State, id: string, change: (held: MessageFragment) => MessageFragment): State {
  return withConversation(state, id, ({ viewerLastMessage: last, ...held }) => ({ ...held, viewerLastMessage: last && change(last) }));
}

function said(state: State, { streamId, seq, messageEdge }: Of<'MessageSent'>): State {
  const message = messageEdge?.node;
  if (message === undefined) return state;
  return withConversation(state, streamId, (held) => {
    const last = seq > (held.viewerLastMessage?.seq ?? 0) ? { ...held, viewerLastMessage: message } : held;
    if (seq <= held.lastSeq) return last;
    if (message.sender?.id !== state.me.id) return { ...last, viewerUnreadCount: held.viewerUnreadCount + 1 };
    // A viewer who has read everything has also read their own new message.
    return held.viewerUnreadCount === 0 ? { ...last, viewerReadSeq: seq } : last;
  });
}

/** Applies the conversation fields that every entry brings. */
function moved(state: State, { streamId, seq, conversation }: Told | Changed): State {
  return withConversation(state, streamId, (held) => ({
    ...held,
    ...conversation,
    ...(conversation !== null && furtherReceipts(held, conversation)),
    lastSeq: Math.max(held.lastSeq, seq),
  }));
}

function membersAfter(members: readonly PersonFragment[], event: Told): readonly PersonFragment[] {
  if (event.__typename !== 'MemberJoined' && event.__typename !== 'MemberLeft') return members;
  const others = members.filter(({ id }) => id !== event.user?.id);
  return event.__typename === 'MemberJoined' && event.user !== null ? [...others, event.user] : others;
}

/** The state with a changed message, wherever it is shown. */
function changed(state: State, event: Changed, told: NonNullable<Changed['message']>): State {
  const { viewerPoll, ...message }: MessageFragment & Partial<Pick<Said, 'viewerPoll'>> = told;
  const listed = withLast(state, event.streamId, (held) => after(held, message));
  return withSaid(listed, event.streamId, (held) => {
    const node = after(held, message);
    if (node.id !== message.id) return node;
    return { ...node, viewerReactions: ownAfter(node, event, state.me.id), viewerPoll: message.poll && (viewerPoll ?? node.viewerPoll) };
  });
}

/** Updates a held message after `message` changed: the message itself, the one it quotes, or its thread root. */
function after<M extends MessageFragment>(held: M, message: MessageFragment): M {
  if (held.id === message.id) return { ...held, ...message };
  const { replyTo, threadRoot } = held;
  if (replyTo?.id !== message.id && threadRoot?.id !== message.id) return held;
  return {
    ...held,
    replyTo: replyTo?.id === message.id ? quoted(message) : replyTo,
    threadRoot: threadRoot?.id === message.id ? { ...quoted(message), replyCount: message.replyCount } : threadRoot,
  };
}

function quoted({ id, seq, text, attachments, recalledAt, sender }: MessageFragment): QuotedFragment {
  return { id, seq, text, attachments, recalledAt, sender };
}

/** The viewer's own reactions after an event. The entry itself has only the totals and the actor. */
function ownAfter({ viewerReactions: own }: Said, event: Changed, me: string): readonly string[] {
  if (event.__typename === 'MessageRecalled') return [];
  if (event.__typename !== 'ReactionsChanged' || event.actor?.id !== me) return own;
  const { emoji, added } = event;
  if (!added) return own.filter((one) => one !== emoji);
  return own.includes(emoji) ? own : [...own, emoji];
}

type Receipts = Pick<Conversation, 'deliveredToAllSeq' | 'readByAllSeq'>;

/** The state with the receipts of all other members of a conversation. */
export function receipts(state: State, told: Receipts & Pick<Conversation, 'id'>): State {
  return withConversation(state, told.id, (held) => ({ ...held, ...furtherReceipts(held, told) }));
}

/** Takes the greater of both, because markers only rise. Null means that the conversation has no receipts any more. */
function furtherReceipts(held: Receipts, told: Receipts): Receipts {
  return {
    deliveredToAllSeq: further(held.deliveredToAllSeq, told.deliveredToAllSeq),
    readByAllSeq: further(held.readByAllSeq, told.readByAllSeq),
  };
}

function further(held: number | null, told: number | null): number | null {
  return told === null ? null : Math.max(held ?? 0, told);
}

/** The viewer's markers moved, on this device or another. */
function readElsewhere(state: State, { conversation }: Of<'ViewerMarkersMoved'>): State {
  return withConversation(state, conversation?.id, (held) => {
    if (conversation === null) return held;
    const { lastSeq, viewerReadSeq, viewerMarkedUnreadFromSeq, viewerUnreadCount } = conversation;
    // An earlier mark of this page. What was read since is still on its way to the server.
    if (viewerReadSeq < held.viewerReadSeq) return held;
    // The event counts up to its own `lastSeq`. Later messages are added, but never more than are counted here.
    const later = held.lastSeq - lastSeq;
    const unread = later > 0 ? Math.min(held.viewerUnreadCount, viewerUnreadCount + later) : viewerUnreadCount;
    return {
      ...held,
      lastSeq: Math.max(held.lastSeq, lastSeq),
      viewerReadSeq,
      viewerMarkedUnreadFromSeq,
      viewerUnreadCount: unread,
    };
  });
}

/** The state after the viewer has read a conversation to its end. Applied at once, without waiting for the server. */
export function seen(state: State, id: string): State {
  return withConversation(state, id, (held) => ({
    ...held,
    viewerUnreadCount: 0,
    viewerMarkedUnreadFromSeq: null,
    viewerReadSeq: held.lastSeq,
  }));
}
