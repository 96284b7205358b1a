import { browserWake, followEvents, type ListedStorage, memoryPositions, type Status, type Subscribe } from '../../client/index.ts';
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
  UpdateMembershipDocument,
} from '../generated/graphql.ts';
import { createStore, type Store } from '../store.ts';
import { apply, type Event, outdates, receipts, seen } from './apply.ts';
import { createGathered } from './gathered.ts';
import { createHalfWritten, type HalfWritten } from './half-written.ts';
import { createInTurn } from './in-turn.ts';
import { createMarks } from './marks.ts';
import { createMessageActs, type MessageActs } from './message-acts.ts';
import { createOutgoing, type Outgoing } from './outgoing.ts';
import { createPresence, shownPeople } from './presence.ts';
import { type Receipts, readReceipts } from './receipts.ts';
import { renamed } from './renamed.ts';
import {
  beginning,
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

/** The chat of the signed-in user: the state to show and the actions on it. */
export interface Chat extends Pick<Outgoing, 'say' | 'discard'> {
  readonly state: Store<State>;
  readonly ask: Ask;
  readonly acts: MessageActs;
  readonly halfWritten: HalfWritten;
  /** Sets the open conversation (null: none) and its open thread, named by its root or one of its replies. */
  lookAt(conversationId: string | null, threadOf?: string | null): void;
  /** Loads the page before the loaded ones. */
  readEarlier(conversationId: string): Promise<void>;
  /** Loads the next page of the open thread. */
  readLaterReplies(): Promise<void>;
  /** Loads earlier pages until an entry is loaded, or gives up if it is too far back. */
  readBackTo(conversationId: string, seq: number): Promise<void>;
  /** Loads the next page of conversations. */
  readFurther(): Promise<void>;
  /** Adds a conversation that the viewer has just opened or created. Its event may arrive later. */
  add(conversation: Conversation): void;
  /** Removes a refused message from view. */
  dismiss(refused: Refused): void;
  /** Marks a conversation as read to its end. */
  see(conversationId: string): void;
  /** Marks the open thread as read. */
  seeThread(): void;
  /** Pins or archives a conversation, on all devices of the viewer. Returns the refusal or null; throws if the server cannot be reached. */
  mark(conversationId: string, marks: { readonly pinned?: boolean; readonly archived?: boolean }): Promise<string | null>;
  /** Called when the viewer types (`something`: whether the field has text). */
  typed(conversationId: string, something: boolean): void;
  stop(): void;
}

/** The parts of a chat. */
export interface ChatParts {
  readonly session: Pick<Session, 'refresh' | 'signOut'>;
  readonly ask: Ask;
  /** Over the only socket of this page, which is open as long as something is subscribed to. */
  readonly subscribe: Subscribe;
  /** Keeps what is not sent yet. */
  readonly storage: ListedStorage;
  /** The first page, with the positions to subscribe from. */
  readonly first: NonNullable<EverythingQuery['viewer']>;
}

// In pages of 40. To jump further back, an app would load only the part around the message (docs/api/history.md: `around`).
const mostBack = 25;

/** Creates a chat, which follows all events from the first page on. */
export function createChat({ session, ask, subscribe, storage, first }: ChatParts): Chat {
  const state = createStore<State>(beginning(first));
  const inTurn = createInTurn();
  let opened: string | null = null;
  let wasLive = false;
  let stopped = false;
  /** Something happened that the events do not tell. */
  let isOutdated = false;
  const threads = createThreadReader({ ask, inTurn, state, change });
  const marks = createMarks(ask);
  const anew = createGathered(() => inTurn(readAnew));
  const presence = createPresence({
    subscribe,
    show: (known) => change((now) => ({ ...now, presence: known })),
    called: (people) => change((now) => renamed(now, people)),
    isLive: () => state.get().status.state === 'live',
  });
  const typing = createTyping(ask, (id, who) => change((now) => ({ ...now, typing: new Map(now.typing).set(id, who) })));
  const outgoing = createOutgoing(ask, storage, first.user.id, {
    waiting: (waiting) => change((now) => ({ ...now, waiting })),
    refused: (refused) => change((now) => ({ ...now, refused: [...now.refused, refused] })),
    // Shown from the answer, because the event can be late if the socket is not connected.
    stored(id, node) {
      change((now) =>
        withRoom(withReply(now, node), id, (room) =>
          withEntry(room, { __typename: 'MessageSent', seq: node.seq, at: node.sentAt, actor: node.sender, messageEdge: { node } }),
        ),
      );
      // The end of a long thread may not be loaded yet.
      if (node.threadRoot !== null && state.get().thread?.root.id === node.threadRoot.id) void threads.readTo(node.seq);
    },
  });

  function change(step: (now: State) => State): void {
    // What was requested before it stopped can be answered later, and would watch presence again.
    if (stopped) return;
    state.set(step(state.get()));
    presence.watch(shownPeople(state.get(), opened));
  }

  async function take(event: Event): Promise<void> {
    if (outdates(event)) return outdated();
    switch (event.__typename) {
      case 'TypingChanged':
        if (event.user !== null) typing.told(event.conversationId, event.user, event.typing);
        return;
      case 'StreamReady':
        return await readAnew();
      case 'MessageSent':
        if (event.actor !== null) typing.told(event.streamId, event.actor, false);
        if (event.actor?.id !== first.user.id) marks.delivered(event.streamId, event.seq);
        // One of the conversations that are not loaded.
        if (!state.get().conversations.has(event.streamId)) return await list(event.streamId);
    }
    change((now) => apply(now, event));
    // A conversation that was opened again is read again.
    if (event.__typename === 'ConversationOpened') void readRoom();
  }

  function outdated(): void {
    isOutdated = true;
    // Not before everything missed has come: it can have messages that the viewer has deleted, which would be shown again.
    if (state.get().status.state === 'live') anew.soon();
  }

  async function readAnew(): Promise<void> {
    if (!isOutdated) return;
    const { viewer } = await ask(EverythingDocument, {});
    if (viewer === null) return;
    const id = opened;
    // Replaced in one step: what the viewer looks at, and what they have begun to write there, stays on the screen.
    const room = id !== null && state.get().rooms.has(id) ? { id, read: (await ask(RoomDocument, { id })).conversation } : null;
    isOutdated = false;
    change((now) => {
      const read = withRead(now, viewer);
      return room === null ? read : withRoomRead(read, room.id, room.read);
    });
    received(viewer.kept, viewer.conversations);
    void readRoom();
  }

  function received(...pages: readonly ConversationsPageFragment[]): void {
    for (const { node } of pages.flatMap(({ edges }) => edges)) if (node.viewerUnreadCount > 0) marks.delivered(node.id, node.lastSeq);
  }

  async function list(id: string): Promise<void> {
    const { conversation } = await ask(ListedDocument, { id });
    if (conversation !== null) change((now) => withConversations(now, [conversation]));
  }

  /** Loads the open conversation unless it is loaded. Without a network it is loaded once there is one. */
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
    // Receipts are not replayed after an absence, so they are read.
    if (wasLive) void inTurn(() => readReceipts(ask, state.get().conversations.keys(), showReceipts)).catch(() => undefined);
    wasLive = true;
  }

  const following = followEvents<FollowSubscription, FollowSubscriptionVariables>({
    document: FollowDocument.toString(),
    subscribe,
    positions: memoryPositions(first.positions),
    onEvent: (event) => inTurn(() => take(event)),
    onStatus,
    refresh: session.refresh,
    readSeq: (id) => state.get().conversations.get(id)?.viewerReadSeq ?? null,
    wake: browserWake,
  });
  received(first.kept, first.conversations);

  return {
    state,
    ask,
    acts: createMessageActs(ask, state),
    halfWritten: createHalfWritten(storage, first.user.id),
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
    discard: outgoing.discard,
    dismiss: (refused) => change((now) => ({ ...now, refused: now.refused.filter((one) => one !== refused) })),
    see(id) {
      if (state.get().conversations.get(id)?.viewerUnreadCount === 0) return;
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
      stopped = true;
      void following.stop();
      outgoing.stop();
      marks.stop();
      anew.stop();
      presence.stop();
      typing.stop();
    },
  };
}
