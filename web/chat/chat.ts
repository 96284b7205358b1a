import {
  browserWake,
  type Draft,
  followEvents,
  memoryPositions,
  type Status,
  type Subscribe,
  type TextStorage,
} from '../../client/index.ts';
import type { Ask } from '../api/ask.ts';
import type { Session } from '../api/session.ts';
import {
  type ConversationsPageFragment,
  EarlierDocument,
  EverythingDocument,
  type EverythingQuery,
  FollowDocument,
  type FollowSubscription,
  type FollowSubscriptionVariables,
  ListedDocument,
  MoreDocument,
  RoomDocument,
  type SendMessageInput,
  UpdateMembershipDocument,
} from '../generated/graphql.ts';
import { createStore, type Store } from '../store.ts';
import { apply, type Event, receipts, seen } from './apply.ts';
import { createInTurn } from './in-turn.ts';
import { createMarks } from './marks.ts';
import { createMessageActs, type MessageActs } from './message-acts.ts';
import { createOutgoing } from './outgoing.ts';
import { createPresence, shownPeople } from './presence.ts';
import { type Receipts, readReceipts } from './receipts.ts';
import { renamed } from './renamed.ts';
import {
  type Conversation,
  type Refused,
  type State,
  withConversations,
  withEarlier,
  withEntry,
  withFurther,
  withMarks,
  withRead,
  withReply,
  withRoom,
  withRoomRead,
} from './state.ts';
import { createThreadReader } from './thread-reader.ts';
import { createTyping } from './typing.ts';

/** The chat of who is signed in: what there is to show, and what can be done. */
export interface Chat {
  readonly state: Store<State>;
  readonly ask: Ask;
  readonly acts: MessageActs;
  /** Which conversation is looked at, null: none; and of it the thread that this message has begun or stands in. */
  lookAt(conversationId: string | null, threadOf?: string | null): void;
  /** Reads one page more at the beginning. */
  readEarlier(conversationId: string): Promise<void>;
  /** Reads one page more of the thread that is looked at. */
  readLaterReplies(): Promise<void>;
  /** Reads at the beginning until an entry is there, or it is too far back. */
  readBackTo(conversationId: string, seq: number): Promise<void>;
  /** Reads one page more of the conversations. */
  readFurther(): Promise<void>;
  /** A conversation that was opened or made by the viewer: its event may be on its way yet. */
  add(conversation: Conversation): void;
  say(draft: Draft<SendMessageInput>): void;
  /** Takes what was refused out of sight. */
  dismiss(refused: Refused): void;
  /** The viewer has seen a conversation to its end. */
  see(conversationId: string): void;
  /** And the thread that they look at. */
  seeThread(): void;
  /** Keeps a conversation at the top of the viewer's list or puts it away, on all their devices. Answers why not, where the server would not; throws where it cannot be asked. */
  mark(conversationId: string, marks: { readonly pinned?: boolean; readonly archived?: boolean }): Promise<string | null>;
  /** The viewer has typed something, or cleared it. */
  typed(conversationId: string, something: boolean): void;
  stop(): void;
}

/** What a chat is made of. */
export interface ChatParts {
  readonly session: Pick<Session, 'refresh' | 'signOut'>;
  readonly ask: Ask;
  /** The one socket of this page. */
  readonly socket: { readonly subscribe: Subscribe; readonly dispose: () => void | Promise<void> };
  /** Where what is not sent yet is kept. */
  readonly storage: TextStorage;
  /** Everything as it was read first, with the positions to follow it from. */
  readonly first: NonNullable<EverythingQuery['viewer']>;
}

// Pages of forty. What was found further back is for an app that shows a piece of the middle by itself (docs/api/history.md: `around`).
const mostBack = 25;

/** Follows all that happens to who is signed in, from what was read first. */
export function createChat({ session, ask, socket, storage, first }: ChatParts): Chat {
  const state = createStore<State>(beginning(first));
  const inTurn = createInTurn();
  let opened: string | null = null;
  let wasLive = false;
  const threads = createThreadReader({ ask, inTurn, state, change });
  const marks = createMarks(ask);
  const presence = createPresence({
    subscribe: socket.subscribe,
    show: (known) => change((now) => ({ ...now, presence: known })),
    called: (person) => change((now) => renamed(now, person)),
  });
  const typing = createTyping(ask, (id, who) => change((now) => ({ ...now, typing: new Map(now.typing).set(id, who) })));
  const outgoing = createOutgoing(ask, storage, first.user.id, {
    waiting: (waiting) => change((now) => ({ ...now, waiting })),
    refused: (refused) => change((now) => ({ ...now, refused: [...now.refused, refused] })),
    // Shown from the answer: the event that brings it may be late, where the socket is not connected.
    stored(id, node) {
      change((now) =>
        withRoom(withReply(now, node), id, (room) =>
          withEntry(room, { __typename: 'MessageSent', seq: node.seq, at: node.sentAt, actor: node.sender, messageEdge: { node } }),
        ),
      );
      // Of a long thread the end may not be there yet.
      if (node.threadRoot !== null && state.get().thread?.root.id === node.threadRoot.id) void threads.readTo(node.seq);
    },
  });

  function change(step: (now: State) => State): void {
    state.set(step(state.get()));
    presence.watch(shownPeople(state.get(), opened));
  }

  async function take(event: Event): Promise<void> {
    switch (event.__typename) {
      case 'TypingChanged':
        if (event.user !== null) typing.told(event.conversationId, event.user, event.typing);
        return;
      case 'ResyncRequired':
      // What this app does not offer, and was done by another: it is told what, but reading anew is shorter.
      case 'MessageHidden':
      case 'ConversationCleared':
      case 'HistoryTrimmed':
        return await readAnew();
      case 'MessageSent':
        if (event.actor !== null) typing.told(event.streamId, event.actor, false);
        if (event.actor?.id !== first.user.id) marks.delivered(event.streamId, event.seq);
        // Of those that were not read, for there are many.
        if (!state.get().conversations.has(event.streamId)) return await list(event.streamId);
    }
    change((now) => apply(now, event));
    // What was opened anew is read anew.
    if (event.__typename === 'ConversationOpened') void readRoom();
  }

  async function readAnew(): Promise<void> {
    const { viewer } = await ask(EverythingDocument, {});
    if (viewer === null) return;
    change((now) => withRead(now, viewer));
    void readRoom();
  }

  function received({ edges }: ConversationsPageFragment): void {
    for (const { node } of edges) if (node.viewerUnreadCount > 0) marks.delivered(node.id, node.lastSeq);
  }

  async function list(id: string): Promise<void> {
    const { conversation } = await ask(ListedDocument, { id });
    if (conversation !== null) change((now) => withConversations(now, [conversation]));
  }

  /** Reads the room that is looked at, if it was not. Where there is no network it is read when there is. */
  async function readRoom(): Promise<void> {
    const id = opened;
    await inTurn(async () => {
      if (id === null || id !== opened || state.get().rooms.has(id)) return;
      const { conversation } = await ask(RoomDocument, { id });
      change((now) => withRoomRead(now, id, conversation));
    }).catch(() => undefined);
    await threads.read();
  }

  function showReceipts(page: readonly Receipts[]): void {
    change((now) => page.reduce(receipts, now));
  }

  async function readEarlier(id: string): Promise<void> {
    await inTurn(async () => {
      const before = state.get().rooms.get(id)?.earlier ?? null;
      if (before === null) return;
      const { conversation } = await ask(EarlierDocument, { id, before });
      if (conversation !== null) change((now) => withEarlier(now, id, conversation.timeline));
    }).catch(() => undefined);
  }

  function onStatus(status: Status): void {
    change((now) => ({ ...now, status }));
    if (status.state === 'ended' && status.end.reason === 'signed out') void session.signOut();
    if (status.state !== 'live') return;
    presence.again();
    marks.again();
    outgoing.again();
    void readRoom();
    // What was told to nobody who was away.
    if (wasLive) void inTurn(() => readReceipts(ask, state.get().conversations.keys(), showReceipts)).catch(() => undefined);
    wasLive = true;
  }

  const following = followEvents<FollowSubscription, FollowSubscriptionVariables>({
    document: FollowDocument.toString(),
    subscribe: socket.subscribe,
    positions: memoryPositions(first.positions),
    onEvent: (event) => inTurn(() => take(event)),
    onStatus,
    refresh: session.refresh,
    readSeq: (id) => state.get().conversations.get(id)?.viewerReadSeq ?? null,
    wake: browserWake,
  });
  received(first.conversations);

  return {
    state,
    ask,
    acts: createMessageActs(ask, state),
    lookAt(id, threadOf = null) {
      opened = id;
      threads.lookAt(id === null || threadOf === null ? null : { conversationId: id, by: threadOf });
      void readRoom();
    },
    readEarlier,
    readLaterReplies: threads.readLater,
    async readBackTo(id, seq) {
      for (let pages = 0; pages < mostBack; pages += 1) {
        const { entries: [first] = [], earlier = null } = state.get().rooms.get(id) ?? {};
        if (first === undefined || first.seq <= seq || earlier === null) return;
        await readEarlier(id);
      }
    },
    async readFurther() {
      await inTurn(async () => {
        const after = state.get().further;
        if (after === null) return;
        const { viewer } = await ask(MoreDocument, { after });
        if (viewer === null) return;
        change((now) => withFurther(now, viewer.conversations));
        received(viewer.conversations);
      }).catch(() => undefined);
    },
    add: (conversation) => change((now) => (now.conversations.has(conversation.id) ? now : withConversations(now, [conversation]))),
    say: outgoing.say,
    dismiss: (refused) => change((now) => ({ ...now, refused: now.refused.filter((one) => one !== refused) })),
    see(id) {
      change((now) => seen(now, id));
      marks.read(id, state.get().conversations.get(id)?.lastSeq ?? 0);
    },
    seeThread() {
      const { thread } = state.get();
      const newest = thread?.replies.at(-1);
      if (thread !== null && newest !== undefined) marks.threadRead(thread.root.id, newest.seq);
    },
    async mark(conversationId, marks) {
      const { updateMembership: done } = await ask(UpdateMembershipDocument, { input: { conversationId, ...marks } });
      if (done.membership !== null) change((now) => withMarks(now, conversationId, done.membership));
      return done.errors[0]?.message ?? null;
    },
    typed: typing.typed,
    stop() {
      void following.stop();
      outgoing.stop();
      presence.stop();
      typing.stop();
      void socket.dispose();
    },
  };
}

function beginning(first: ChatParts['first']): State {
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
