import type { Draft, Status } from '../../client/index.ts';
import type {
  ConversationFragment,
  ConversationsPageFragment,
  EverythingQuery,
  MarksFragment,
  MessageFragment,
  OwnMarksFragment,
  PersonFragment,
  PresenceStatus,
  RoomQuery,
  SendMessageInput,
  ThreadPageFragment,
  TimelinePageFragment,
} from '../generated/graphql.ts';

export type { ConversationFragment as Conversation, PersonFragment as Person };

/** An entry of a timeline, as its pages have it. */
export type Entry = TimelinePageFragment['edges'][number]['node'];

/** A message in a timeline, with the viewer's reactions and votes. */
export type Said = MessageFragment & OwnMarksFragment;

/** Everything that is shown. It is immutable: each event makes a new state. */
export interface State {
  readonly me: PersonFragment;
  /** The loaded conversations: the first pages, and those in which something has happened since. */
  readonly conversations: ReadonlyMap<string, ConversationFragment>;
  /** The cursor of the next page, or null if all are loaded. */
  readonly further: string | null;
  /** The conversations that were opened. */
  readonly rooms: ReadonlyMap<string, Room>;
  /** The open thread, once it is loaded. */
  readonly thread: Thread | null;
  /** Whether it does not exist, or the viewer cannot see it. */
  readonly noThread: boolean;
  /** By conversation: the users who are typing. */
  readonly typing: ReadonlyMap<string, readonly PersonFragment[]>;
  /** By user: those who are watched. */
  readonly presence: ReadonlyMap<string, PresenceStatus>;
  /** Messages that are not answered yet, in the order in which they were sent. */
  readonly waiting: readonly Waiting[];
  /** Messages that were refused. */
  readonly refused: readonly Refused[];
  readonly status: Status;
}

/** The loaded contents of a conversation. */
export interface Room {
  /** By `seq`: the newest pages, and what came since. */
  readonly entries: readonly Entry[];
  /** The cursor of the page before, or null at the beginning. */
  readonly earlier: string | null;
  /** The first hundred. */
  readonly members: readonly PersonFragment[];
}

/** A thread: a message and its replies. */
export interface Thread {
  readonly conversationId: string;
  /** The message that the thread was opened by: its root or a reply. */
  readonly by: string;
  readonly root: Said;
  /** By `seq`, from the first on. */
  readonly replies: readonly Said[];
  /** The cursor of the next page, or null if all are loaded; then new replies are appended. */
  readonly later: string | null;
}

/** A message that is not answered yet. */
export interface Waiting extends SendMessageInput {
  /** Why the last attempt to send it failed, or null. */
  readonly why: string | null;
}

/** A message that the server refused. */
export interface Refused {
  readonly id: string;
  readonly draft: Draft<SendMessageInput>;
  readonly why: string;
}

/** The state with the first page. */
export function beginning(first: NonNullable<EverythingQuery['viewer']>): State {
  const nothing: State = {
    me: first.user,
    conversations: new Map(),
    further: null,
    rooms: new Map(),
    thread: null,
    noThread: false,
    typing: new Map(),
    presence: new Map(),
    waiting: [],
    refused: [],
    status: { state: 'connecting' },
  };
  return withRead(nothing, first);
}

/** The state with conversations as they were read. */
export function withConversations(state: State, read: readonly ConversationFragment[]): State {
  const conversations = new Map(state.conversations);
  for (const conversation of read) conversations.set(conversation.id, conversation);
  return { ...state, conversations };
}

/** The state with a change to one conversation, if it is loaded. */
export function withConversation(
  state: State,
  id: string | undefined,
  change: (held: ConversationFragment) => ConversationFragment,
): State {
  const held = id === undefined ? undefined : state.conversations.get(id);
  return held === undefined ? state : withConversations(state, [change(held)]);
}

/** The state with a change to one room, if it is loaded. */
export function withRoom(state: State, id: string | undefined, change: (held: Room) => Room): State {
  const held = id === undefined ? undefined : state.rooms.get(id);
  if (id === undefined || held === undefined) return state;
  return { ...state, rooms: new Map(state.rooms).set(id, change(held)) };
}

/** The state with a change to each message that is shown in a conversation, or in a thread of it. */
export function withSaid(state: State, id: string, change: (held: Said) => Said): State {
  const { thread } = state;
  const changed = withRoom(state, id, (room) => ({
    ...room,
    entries: room.entries.map((entry) => {
      if (entry.__typename !== 'MessageSent' || entry.messageEdge === null) return entry;
      const node = change(entry.messageEdge.node);
      return node === entry.messageEdge.node ? entry : { ...entry, messageEdge: { node } };
    }),
  }));
  if (thread?.conversationId !== id) return changed;
  return { ...changed, thread: { ...thread, root: change(thread.root), replies: thread.replies.map(change) } };
}

/** A message that is shown in a conversation or a thread, or undefined. */
export function saidIn({ rooms, thread }: State, id: string): Said | undefined {
  const inRooms = [...rooms.values()].flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.__typename === 'MessageSent' ? (entry.messageEdge?.node ?? []) : [])),
  );
  const inThread = thread === null ? [] : [thread.root, ...thread.replies];
  return [...inThread, ...inRooms].find((one) => one.id === id);
}

/** The state with a message added to the open thread, if it is a reply in it. */
export function withReply(state: State, reply: Said): State {
  const { thread } = state;
  if (thread === null || thread.later !== null || thread.root.id !== reply.threadRoot?.id) return state;
  return { ...state, thread: { ...thread, replies: inPlace(thread.replies, reply) } };
}

/** The state with the first page of a thread, or with the page after the loaded ones. */
export function withThreadRead(state: State, conversationId: string, by: string, { replies: page, ...root }: ThreadPageFragment): State {
  const held = state.thread?.by === by ? state.thread.replies : [];
  const replies = [...held, ...page.edges.map(({ node }) => node)];
  const later = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  return { ...state, thread: { conversationId, by, root, replies, later }, noThread: false };
}

/** The state with a conversation and its newest page, or without both if it is gone. */
export function withRoomRead(state: State, id: string, read: RoomQuery['conversation']): State {
  if (read === null) return without(state, id);
  const { members, timeline, ...conversation } = read;
  const room: Room = {
    members: members.edges.map(({ node }) => node.user),
    entries: timeline.edges.map(({ node }) => node),
    earlier: earlierThan(timeline),
  };
  return { ...withConversations(state, [conversation]), rooms: new Map(state.rooms).set(id, room) };
}

/** The state with an earlier page of a room. */
export function withEarlier(state: State, id: string, page: TimelinePageFragment): State {
  return withRoom(state, id, (room) => ({
    ...page.edges.reduceRight((held, { node }) => withEntry(held, node), room),
    earlier: earlierThan(page),
  }));
}

function earlierThan({ pageInfo }: TimelinePageFragment): string | null {
  return pageInfo.hasPreviousPage ? pageInfo.startCursor : null;
}

/** The room with an entry inserted. The same room if it has the entry already, as an event can bring what a page had. */
export function withEntry(room: Room, entry: Entry): Room {
  return { ...room, entries: inPlace(room.entries, entry) };
}

function inPlace<T extends { readonly seq: number }>(held: readonly T[], one: T): readonly T[] {
  const at = held.findLastIndex(({ seq }) => seq <= one.seq);
  return held[at]?.seq === one.seq ? held : held.toSpliced(at + 1, 0, one);
}

/** The state without a conversation. */
export function without(state: State, id: string): State {
  const [conversations, rooms] = [new Map(state.conversations), new Map(state.rooms)];
  conversations.delete(id);
  rooms.delete(id);
  return { ...state, conversations, rooms, thread: state.thread?.conversationId === id ? null : state.thread };
}

/** The state with everything that was read again, without rooms and thread, which are read again when needed. */
export function withRead(state: State, { user, kept, conversations: page }: NonNullable<EverythingQuery['viewer']>): State {
  return withFurther(withFurther({ ...state, me: user, conversations: new Map(), rooms: new Map(), thread: null }, kept), page);
}

/** The state with the viewer's membership of a conversation; null if they are not a member. */
export function withMarks(state: State, id: string | undefined, marks: MarksFragment | null): State {
  return withConversation(state, id, (held) => ({ ...held, viewerMembership: marks }));
}

/** The state with one more page of conversations. Those that are loaded already stay as they are. */
export function withFurther(state: State, { edges, pageInfo }: ConversationsPageFragment): State {
  const fresh = edges.flatMap(({ node }) => (state.conversations.has(node.id) ? [] : node));
  return { ...withConversations(state, fresh), further: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}
