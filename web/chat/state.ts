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

/** What stands in a timeline, as its pages have it. */
export type Entry = TimelinePageFragment['edges'][number]['node'];

/** A message in a timeline, with what the viewer thinks of it and has chosen. */
export type Said = MessageFragment & OwnMarksFragment;

/** All that is shown. It is never changed in place: each event makes the next one. */
export interface State {
  readonly me: PersonFragment;
  /** Those that were active last, and of the others those in which something has happened since. */
  readonly conversations: ReadonlyMap<string, ConversationFragment>;
  /** The cursor to read on after; null: all of them are here. */
  readonly further: string | null;
  /** Of the conversations that were looked into. */
  readonly rooms: ReadonlyMap<string, Room>;
  /** The one that is looked at, once it is read. */
  readonly thread: Thread | null;
  /** Whether there is none to be read: it is gone, never was, or is not the viewer's. */
  readonly noThread: boolean;
  /** By conversation, who types there. */
  readonly typing: ReadonlyMap<string, readonly PersonFragment[]>;
  /** By user, as far as they are watched. */
  readonly presence: ReadonlyMap<string, PresenceStatus>;
  /** What was said and is not answered yet, in the order in which it was said. */
  readonly waiting: readonly SendMessageInput[];
  /** What was said and is not going to be stored. */
  readonly refused: readonly Refused[];
  readonly status: Status;
}

/** What is known of a conversation's inside. */
export interface Room {
  /** In order of `seq`: the newest pages that were read, and what came since. */
  readonly entries: readonly Entry[];
  /** The cursor to read on before; null: there is nothing before. */
  readonly earlier: string | null;
  /** Of the first hundred. */
  readonly members: readonly PersonFragment[];
}

/** A message and what was replied to it. */
export interface Thread {
  readonly conversationId: string;
  /** The message by which it was looked for: its root, or a reply. */
  readonly by: string;
  readonly root: Said;
  /** In order of `seq`, from the first on. */
  readonly replies: readonly Said[];
  /** The cursor to read on after; null: all of them are here, and so is what comes. */
  readonly later: string | null;
}

/** A message that the server would not take. */
export interface Refused {
  readonly id: string;
  readonly draft: Draft<SendMessageInput>;
  readonly why: string;
}

/** The state with some conversations as they were read. */
export function withConversations(state: State, read: readonly ConversationFragment[]): State {
  const conversations = new Map(state.conversations);
  for (const conversation of read) conversations.set(conversation.id, conversation);
  return { ...state, conversations };
}

/** The state with a change to one conversation, if it is there. */
export function withConversation(
  state: State,
  id: string | undefined,
  change: (held: ConversationFragment) => ConversationFragment,
): State {
  const held = id === undefined ? undefined : state.conversations.get(id);
  return held === undefined ? state : withConversations(state, [change(held)]);
}

/** The state with a change to one room, if it was looked into. */
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

/** A message as it is shown, in a conversation or a thread; absent: it is not. */
export function saidIn({ rooms, thread }: State, id: string): Said | undefined {
  const inRooms = [...rooms.values()].flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.__typename === 'MessageSent' ? (entry.messageEdge?.node ?? []) : [])),
  );
  const inThread = thread === null ? [] : [thread.root, ...thread.replies];
  return [...inThread, ...inRooms].find((one) => one.id === id);
}

/** The state with a message in the thread that is looked at, if it is a reply there. */
export function withReply(state: State, reply: Said): State {
  const { thread } = state;
  if (thread === null || thread.later !== null || thread.root.id !== reply.threadRoot?.id) return state;
  return { ...state, thread: { ...thread, replies: inPlace(thread.replies, reply) } };
}

/** The state with the first page of a thread, by one of its messages, or the page after what is held of it. */
export function withThreadRead(state: State, conversationId: string, by: string, { replies: page, ...root }: ThreadPageFragment): State {
  const held = state.thread?.by === by ? state.thread.replies : [];
  const replies = [...held, ...page.edges.map(({ node }) => node)];
  const later = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  return { ...state, thread: { conversationId, by, root, replies, later }, noThread: false };
}

/** The state with a conversation and its newest page; without both where it is gone. */
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

/** The state with one page more at the beginning of a room. */
export function withEarlier(state: State, id: string, page: TimelinePageFragment): State {
  return withRoom(state, id, (room) => ({
    ...page.edges.reduceRight((held, { node }) => withEntry(held, node), room),
    earlier: earlierThan(page),
  }));
}

function earlierThan({ pageInfo }: TimelinePageFragment): string | null {
  return pageInfo.hasPreviousPage ? pageInfo.startCursor : null;
}

/** The room with an entry at its place; the same if it is there already, for what was read may also come as an event. */
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

/** The state with everything as it was read, and neither room nor thread: those are read anew. */
export function withRead(state: State, { user, kept, conversations: page }: NonNullable<EverythingQuery['viewer']>): State {
  return withFurther(withFurther({ ...state, me: user, conversations: new Map(), rooms: new Map(), thread: null }, kept), page);
}

/** The state with how the viewer has a conversation in their list; null: they are out. */
export function withMarks(state: State, id: string | undefined, marks: MarksFragment | null): State {
  return withConversation(state, id, (held) => ({ ...held, viewerMembership: marks }));
}

/** The state with one page more of the conversations. What is held of one already stays as it is. */
export function withFurther(state: State, { edges, pageInfo }: ConversationsPageFragment): State {
  const fresh = edges.flatMap(({ node }) => (state.conversations.has(node.id) ? [] : node));
  return { ...withConversations(state, fresh), further: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}
