import type { EventOf } from '../../client/index.ts';
import type { FollowSubscription, MessageFragment, PersonFragment, QuotedFragment, ThreadRootFragment } from '../generated/graphql.ts';
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

/** What happens to the viewer, as events.graphql selects it. */
export type Event = EventOf<FollowSubscription>;

type Of<T extends Event['__typename']> = Extract<Event, { readonly __typename: T }>;
/** Entries of a conversation's log that stand in its timeline. */
type Told = Of<'MessageSent' | 'MemberJoined' | 'MemberLeft' | 'MemberChanged' | 'GroupChanged' | 'PinChanged'>;
/** What happens to a message that stands there. */
type Changed = Of<'MessageEdited' | 'MessageRecalled' | 'ReactionsChanged' | 'PollVoted' | 'PollClosed'>;

/**
 * The state after an event: what one would read anew. docs/api/cache.md says it for all there is; here it is for what
 * this app shows. Typing is left out, as it ends by the clock (typing.ts), and so is ResyncRequired, which is about what events cannot tell.
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
      // What is held of it is from before the viewer was out.
      return event.conversationEdge === null
        ? state
        : withConversations(without(state, event.conversationEdge.node.id), [event.conversationEdge.node]);
    case 'MembershipSettled':
      // Also of one that was not read: it may be pinned by now.
      return event.conversation === null ? state : withConversations(state, [event.conversation]);
    case 'ConversationClosed':
      return without(state, event.conversationId);
    case 'ReceiptMoved':
      return event.conversation === null ? state : receipts(state, event.conversation);
    case 'ViewerMarkersMoved':
      return readElsewhere(state, event);
    default:
      return state;
  }
}

/** An entry that stands in the timeline, at its place in the room, with what it does to the conversation. */
function told(state: State, event: Told): State {
  // Before `lastSeq` moves: by it is known whether it was counted when the conversation was read.
  const counted = event.__typename === 'MessageSent' ? replied(said(state, event), event) : state;
  return withRoom(moved(counted, event), event.streamId, (room) => ({
    ...withEntry(room, entryOf(event)),
    members: membersAfter(room.members, event),
  }));
}

/** As a page has it. */
function entryOf(event: Told): Entry {
  const { streamId: _stream, conversation: _conversation, ...entry } = event;
  if (entry.__typename !== 'MessageSent') return entry;
  return { ...entry, messageEdge: entry.messageEdge && { node: unmarked(entry.messageEdge.node) } };
}

/** What the viewer has put on a message, or chosen, comes after it. */
function unmarked(message: MessageFragment): Said {
  const viewerPoll = message.poll && { options: message.poll.options.map(({ id }) => ({ id, viewerHasVoted: false })) };
  return { ...message, viewerReactions: [], viewerPoll };
}

/** A reply stands in its thread, too, and brings how many there are by then. */
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

/** What is held of a message, once something was replied in this thread: it may be its root, or stand in it. */
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
    // Whoever has read all that others said has read what they say themselves.
    return held.viewerUnreadCount === 0 ? { ...last, viewerReadSeq: seq } : last;
  });
}

/** What every entry brings of its conversation. */
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

/** The state with a message as it has become, wherever it is shown. */
function changed(state: State, event: Changed, told: NonNullable<Changed['message']>): State {
  const { viewerPoll, ...message }: MessageFragment & Partial<Pick<Said, 'viewerPoll'>> = told;
  const listed = withLast(state, event.streamId, (held) => after(held, message));
  return withSaid(listed, event.streamId, (held) => {
    const node = after(held, message);
    if (node.id !== message.id) return node;
    return { ...node, viewerReactions: ownAfter(node, event, state.me.id), viewerPoll: message.poll && (viewerPoll ?? node.viewerPoll) };
  });
}

/** What is held of a message, once one has changed: itself, the one that it answers, or the one whose thread it is in. */
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

/** What the viewer thinks of a message after something happened to it: the entry tells that of everybody. */
function ownAfter({ viewerReactions: own }: Said, event: Changed, me: string): readonly string[] {
  if (event.__typename === 'MessageRecalled') return [];
  if (event.__typename !== 'ReactionsChanged' || event.actor?.id !== me) return own;
  const { emoji, added } = event;
  if (!added) return own.filter((one) => one !== emoji);
  return own.includes(emoji) ? own : [...own, emoji];
}

type Receipts = Pick<Conversation, 'deliveredToAllSeq' | 'readByAllSeq'>;

/** The state with how far all others have a conversation. */
export function receipts(state: State, told: Receipts & Pick<Conversation, 'id'>): State {
  return withConversation(state, told.id, (held) => ({ ...held, ...furtherReceipts(held, told) }));
}

/** Of two the greater holds: markers only rise. Null is told where there are none any more. */
function furtherReceipts(held: Receipts, told: Receipts): Receipts {
  return {
    deliveredToAllSeq: further(held.deliveredToAllSeq, told.deliveredToAllSeq),
    readByAllSeq: further(held.readByAllSeq, told.readByAllSeq),
  };
}

function further(held: number | null, told: number | null): number | null {
  return told === null ? null : Math.max(held ?? 0, told);
}

/** The viewer has read something on another device. */
function readElsewhere(state: State, { conversation }: Of<'ViewerMarkersMoved'>): State {
  return withConversation(state, conversation?.id, (held) => {
    if (conversation === null) return held;
    const { lastSeq, viewerReadSeq, viewerUnreadCount } = conversation;
    // An earlier mark of this page’s own: what was seen since is on its way.
    if (viewerReadSeq < held.viewerReadSeq) return held;
    // It counts up to its own `lastSeq`. What came since is on top, but never more than was counted here.
    const later = held.lastSeq - lastSeq;
    const unread = later > 0 ? Math.min(held.viewerUnreadCount, viewerUnreadCount + later) : viewerUnreadCount;
    return {
      ...held,
      lastSeq: Math.max(held.lastSeq, lastSeq),
      viewerReadSeq,
      viewerUnreadCount: unread,
    };
  });
}

/** The state once the viewer has seen a conversation to its end: at once, and not only when the server has answered. */
export function seen(state: State, id: string): State {
  return withConversation(state, id, (held) => ({ ...held, viewerUnreadCount: 0, viewerReadSeq: held.lastSeq }));
}
