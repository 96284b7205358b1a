import DataLoader from 'dataloader';
import type { Chat } from '../src/chat.ts';
import type { Block, Contact, ContactRef, ContactRequest, ContactRequestView } from '../src/contact/index.ts';
import type { Draft, DraftPlace } from '../src/draft/index.ts';
import type { Position } from '../src/feed/index.ts';
import type { Conversation, Invite, JoinRequest, Membership, MembershipRef, Rights } from '../src/group/index.ts';
import type {
  Edit,
  EditsRequest,
  Message,
  MessageAlong,
  MessageRef,
  Part,
  ParticipantsRequest,
  PollTally,
  Reach,
  ReactionCount,
  ReactorsRequest,
  Reader,
  UnreadTotals,
  UpTo,
  VotersRequest,
} from '../src/message/index.ts';
import type { Notice } from '../src/notice/index.ts';
import type { Chosen, Presence } from '../src/presence/index.ts';
import type { SavedMessage } from '../src/saved/index.ts';
import type { ScheduledMessage } from '../src/scheduled/index.ts';
import type { Settings, User, Viewer } from '../src/user/index.ts';
import { KnowingLoader } from './knowing-loader.ts';
import { lazily } from './lazily.ts';

// Keys per read. Far below the 32,766 parameters of a statement in SQLite, and large enough that a page of 100 with one nested page takes
// 20 reads.
const maxBatchSize = 500;

/** A conversation, and a user's access to it. */
export interface Accessed {
  readonly conversation: Conversation;
  readonly access: Membership;
}

/** A thread, and a user's access to its conversation. */
interface ThreadAccess {
  readonly root: Message;
  readonly access: Membership;
}

/** Batched reads. Within one scope each is made once. Missing objects are null. */
export interface Loaders {
  /** Null for erased users: fields that refer to them are null. */
  readonly users: Pick<KnowingLoader<bigint, User | null>, 'load' | 'get'>;
  /** The same, with what is left of erased users, for fields that cannot be null. */
  readonly people: KnowingLoader<bigint, User | null>;
  /** Does not check who may see the contact: only its `userId` may. */
  readonly contacts: DataLoader<ContactRef, Contact | null, string>;
  /** Returns whether this is another user than the viewer. False if an event is resolved for all listeners. */
  isOfOther(userId: bigint): boolean;
  /** The viewer's block of a user. Null if signed out. */
  readonly blocks: DataLoader<bigint, Block | null>;
  /** Contact requests that are pending for `userId`. */
  readonly contactRequests: DataLoader<ContactRequestView, ContactRequest | null, string>;
  /** Join requests that are pending for the user who asks. Does not check who may see them. */
  readonly joinRequests: DataLoader<MembershipRef, JoinRequest | null, string>;
  /** Whether the viewer is banned from a group and may know it. */
  readonly banned: DataLoader<Conversation, boolean, bigint>;
  /** Valid invites by UUID text, and all of a group. Do not check who may see them. */
  readonly invites: DataLoader<string, Invite | null>;
  readonly groupInvites: DataLoader<bigint, readonly Invite[]>;
  /**
   * Every conversation of a scope comes from this loader (Groups.list primes it): it has one lastSeq, which is read before anything in the
   * conversation.
   */
  readonly conversations: KnowingLoader<bigint, Conversation | null>;
  readonly memberships: DataLoader<MembershipRef, Membership | null, string>;
  readonly messages: DataLoader<MessageRef, Message | null, string>;
  readonly lastMessages: DataLoader<Membership & UpTo, Message | null, string>;
  /** What determines a user's rights in a group. */
  readonly rights: DataLoader<Accessed, Rights, string>;
  readonly unreadCounts: DataLoader<Accessed, number, string>;
  readonly mentionCounts: DataLoader<Accessed, number, string>;
  readonly reactions: DataLoader<Message, readonly ReactionCount[], string>;
  /** The viewer's own reactions. Empty if signed out. */
  readonly ownReactions: DataLoader<Message, readonly string[], string>;
  readonly reactors: DataLoader<ReactorsRequest, Part<bigint>, string>;
  /** The votes in a message's poll. */
  readonly votes: DataLoader<MessageRef, PollTally, string>;
  /** The viewer's own votes. Empty if signed out. */
  readonly ownVotes: DataLoader<MessageRef, readonly number[], string>;
  /** Does not check whether anybody may see the voters. */
  readonly voters: DataLoader<VotersRequest, Part<bigint>, string>;
  /** Does not check who may see the edits. */
  readonly edits: DataLoader<EditsRequest, Part<Edit>, string>;
  /** How far all other members have received and read a conversation. */
  readonly reach: DataLoader<Conversation, Reach | null, bigint>;
  /** The members who show how far they have read. */
  readonly readers: DataLoader<Conversation, readonly Reader[], bigint>;
  /** Does not check who may see them: only the user may, except for what shows that others see nothing. */
  readonly settings: DataLoader<bigint, Settings | null>;
  /** As the viewer sees them. Null if the viewer may not watch the user, or is signed out. */
  readonly presences: DataLoader<bigint, Presence | null>;
  /** Does not check who may see it: only the user may. */
  readonly chosen: DataLoader<bigint, Chosen | null>;
  /** Posted notices by UUID text. Does not check whom they are for. */
  readonly notices: DataLoader<string, Notice | null>;
  /** The viewer's own, by UUID text. Null if signed out. */
  readonly scheduledMessages: DataLoader<string, ScheduledMessage | null>;
  /** The users who take part in a thread, erased ones included. */
  readonly threadParticipants: DataLoader<ParticipantsRequest, readonly bigint[], string>;
  /** The viewer's own drafts, those of earlier memberships included. Null if signed out. */
  readonly drafts: DataLoader<DraftPlace, Draft | null, string>;
  /** What the viewer has saved, also in earlier memberships. Null if signed out. */
  readonly saved: DataLoader<MessageRef, SavedMessage | null, string>;
  readonly threadUnread: DataLoader<ThreadAccess, number, string>;
  /** Whether the viewer has deleted a message for themselves. */
  readonly hidden: DataLoader<MessageRef, boolean, string>;
  /** The viewer's direct conversation with a user. */
  readonly directs: DataLoader<bigint, Conversation | null>;
  /**
   * Reads a page of one of the viewer's own lists, or one object that only they see. It is read once, even if the response contains the
   * viewer or the object several times. A name stands for one list and one page, or for one object.
   */
  readonly ownPage: <T>(name: string, read: () => Promise<T>) => Promise<T>;
  /** Returns the viewer's positions. Empty if signed out. */
  readonly positions: () => Promise<readonly Position[]>;
  /** Returns the viewer's totals. Zero if signed out. */
  readonly unreadTotals: () => Promise<UnreadTotals>;
}

/** The chat and the viewer that the loaders read for. */
interface LoaderScope {
  readonly chat: Chat;
  readonly viewer: Viewer | null;
}

const nobody: UnreadTotals = { messages: 0, mentions: 0, conversations: 0, threads: 0, badge: 0 };

const create = lazily<Loaders, LoaderScope>({
  people: ({ chat: { users } }) => new KnowingLoader((ids) => users.byIds(ids), { maxBatchSize }),
  users: (_, { people }) => ({
    load: async (id) => unlessErased(await people.load(id)),
    get(id) {
      const user = people.get(id);
      return user instanceof Promise ? user.then(unlessErased) : unlessErased(user);
    },
  }),
  contacts: ({ chat: { contacts } }) =>
    new DataLoader((refs) => contacts.byRefs(refs), { maxBatchSize, cacheKeyFn: ({ userId, otherId }) => `${userId}:${otherId}` }),
  isOfOther:
    ({ viewer }) =>
    (userId) =>
      viewer !== null && viewer.userId !== userId,
  blocks: ({ chat: { blocks }, viewer }) =>
    new DataLoader(
      async (ids) => (viewer === null ? ids.map(() => null) : blocks.byRefs(ids.map((otherId) => ({ userId: viewer.userId, otherId })))),
      { maxBatchSize },
    ),
  contactRequests: ({ chat: { contacts } }) =>
    new DataLoader((views) => contacts.seenRequests(views), {
      maxBatchSize,
      cacheKeyFn: ({ userId, fromId, toId }) => `${userId}:${fromId}:${toId}`,
    }),
  joinRequests: ({ chat: { joining } }) =>
    new DataLoader((refs) => joining.requestsByRefs(refs), { maxBatchSize, cacheKeyFn: membershipKey }),
  banned: ({ chat: { joining }, viewer }) =>
    new DataLoader<Conversation, boolean, bigint>(
      async (groups) => (viewer === null ? groups.map(() => false) : joining.areBanned(viewer, groups)),
      { maxBatchSize, cacheKeyFn: ({ id }) => id },
    ),
  invites: ({ chat: { joining } }) => new DataLoader((ids) => joining.invitesByIds(ids), { maxBatchSize }),
  groupInvites: ({ chat: { joining } }) => new DataLoader((ids) => joining.invites(ids), { maxBatchSize }),
  conversations: ({ chat: { groups } }) => new KnowingLoader((ids) => groups.byIds(ids), { maxBatchSize }),
  memberships: ({ chat: { groups } }) => new DataLoader((refs) => groups.memberships(refs), { maxBatchSize, cacheKeyFn: membershipKey }),
  messages: ({ chat: { messages } }) => new DataLoader((refs) => messages.byRefs(refs), { maxBatchSize, cacheKeyFn: messageKey }),
  lastMessages: ({ chat: { messages } }) =>
    new DataLoader<Membership & UpTo, Message | null, string>((accesses) => messages.last(accesses), {
      maxBatchSize,
      cacheKeyFn: membershipKey,
    }),
  rights: ({ chat: { groups } }) => new DataLoader((accessed) => groups.rights(accessed), { maxBatchSize, cacheKeyFn: accessKey }),
  unreadCounts: ({ chat: { messages } }) =>
    new DataLoader((accessed) => messages.unread(accessed), { maxBatchSize, cacheKeyFn: accessKey }),
  mentionCounts: ({ chat: { messages } }) =>
    new DataLoader((accessed) => messages.mentions(accessed), { maxBatchSize, cacheKeyFn: accessKey }),
  threadParticipants: ({ chat: { messages } }) =>
    new DataLoader((of) => messages.threadParticipants(of), {
      maxBatchSize,
      cacheKeyFn: ({ first, ...ref }) => `${messageKey(ref)}:${first}`,
    }),
  threadUnread: ({ chat: { messages } }) =>
    new DataLoader<ThreadAccess, number, string>((threads) => messages.threadUnread(threads), {
      maxBatchSize,
      cacheKeyFn: ({ root, access }) => `${messageKey(root)}:${access.userId}`,
    }),
  hidden: ({ chat: { messages }, viewer }) =>
    new DataLoader(async (refs) => (viewer === null ? refs.map(() => false) : messages.hidden(viewer, refs)), {
      maxBatchSize,
      cacheKeyFn: messageKey,
    }),
  reactions: ({ chat: { messages } }) => new DataLoader((refs) => messages.reactions(refs), { maxBatchSize, cacheKeyFn: messageKey }),
  ownReactions: ({ chat: { messages }, viewer }) =>
    new DataLoader(async (refs) => (viewer === null ? refs.map(() => []) : messages.ownReactions(viewer, refs)), {
      maxBatchSize,
      cacheKeyFn: messageKey,
    }),
  reactors: ({ chat: { messages } }) =>
    new DataLoader((requests) => messages.reactors(requests), {
      maxBatchSize,
      cacheKeyFn: ({ emoji, first, after, ...ref }) => `${messageKey(ref)}:${emoji}:${first}:${after}`,
    }),
  votes: ({ chat: { messages } }) => new DataLoader((refs) => messages.votes(refs), { maxBatchSize, cacheKeyFn: messageKey }),
  ownVotes: ({ chat: { messages }, viewer }) =>
    new DataLoader(async (refs) => (viewer === null ? refs.map(() => []) : messages.ownVotes(viewer, refs)), {
      maxBatchSize,
      cacheKeyFn: messageKey,
    }),
  voters: ({ chat: { messages } }) =>
    new DataLoader((requests) => messages.voters(requests), {
      maxBatchSize,
      cacheKeyFn: ({ choice, first, after, ...ref }) => `${messageKey(ref)}:${choice}:${first}:${after}`,
    }),
  edits: ({ chat: { messages } }) =>
    new DataLoader((requests) => messages.edits(requests), {
      maxBatchSize,
      cacheKeyFn: ({ first, after, ...ref }) => `${messageKey(ref)}:${first}:${after}`,
    }),
  reach: ({ chat: { messages }, viewer }) =>
    new DataLoader((of) => messages.reach(of, viewer?.userId), { maxBatchSize, cacheKeyFn: ({ id }) => id }),
  readers: ({ chat: { messages } }) => new DataLoader((of) => messages.readers(of), { maxBatchSize, cacheKeyFn: ({ id }) => id }),
  settings: ({ chat: { users } }) => new DataLoader((ids) => users.settings(ids), { maxBatchSize }),
  presences: ({ chat: { presence }, viewer }) =>
    new DataLoader<bigint, Presence | null>(async (ids) => (viewer === null ? ids.map(() => null) : presence.of(viewer, ids)), {
      maxBatchSize,
    }),
  notices: ({ chat: { notices } }) => new DataLoader((ids) => notices.byIds(ids), { maxBatchSize }),
  scheduledMessages: ({ chat: { scheduled }, viewer }) =>
    new DataLoader(async (ids) => (viewer === null ? ids.map(() => null) : scheduled.byIds(viewer, ids)), { maxBatchSize }),
  drafts: ({ chat: { drafts }, viewer }) =>
    new DataLoader<DraftPlace, Draft | null, string>(
      async (places) => (viewer === null ? places.map(() => null) : drafts.byPlaces(viewer, places)),
      { maxBatchSize, cacheKeyFn: ({ conversationId, threadRootSeq }) => `${conversationId}:${threadRootSeq}` },
    ),
  saved: ({ chat: { saved }, viewer }) =>
    new DataLoader<MessageRef, SavedMessage | null, string>(
      async (refs) => (viewer === null ? refs.map(() => null) : saved.byRefs(viewer, refs)),
      { maxBatchSize, cacheKeyFn: messageKey },
    ),
  chosen: ({ chat: { presence } }) => new DataLoader((ids) => presence.chosen(ids), { maxBatchSize }),
  directs: ({ chat: { groups }, viewer }) =>
    new DataLoader(async (ids) => (viewer === null ? ids.map(() => null) : groups.directWith(viewer, ids)), { maxBatchSize }),
  ownPage: keep,
  positions: ({ chat: { feed }, viewer }) => once(async () => (viewer === null ? [] : feed.positions(viewer))),
  unreadTotals: ({ chat: { messages }, viewer }) => once(async () => (viewer === null ? nobody : messages.unreadTotals(viewer))),
});

/** Creates the loaders of a scope. Each is created on first use: there are thirty, and few events or requests need more than three. */
export function createLoaders(chat: Chat, viewer: Viewer | null): Loaders {
  return create({ chat, viewer });
}

/** Gives the loaders the sender and conversation of a message, so they need not be read. They are newer than what was read before. */
export function useMessageAlong({ people, conversations }: Loaders, { sender, conversation }: MessageAlong): void {
  people.learn(sender.id, sender);
  if (conversation !== undefined) conversations.learn(conversation.id, conversation);
}

function unlessErased(user: User | null): User | null {
  return user?.erased ? null : user;
}

function membershipKey({ conversationId, userId }: MembershipRef): string {
  return `${conversationId}:${userId}`;
}

function accessKey({ access }: Accessed): string {
  return membershipKey(access);
}

function messageKey({ conversationId, seq }: MessageRef): string {
  return `${conversationId}:${seq}`;
}

function keep(): Loaders['ownPage'] {
  const pages = new Map<string, Promise<unknown>>();
  return <T>(name: string, read: () => Promise<T>) => {
    const page = pages.get(name) ?? read();
    pages.set(name, page);
    // A name is always read with the same function, so the type matches.
    return page as Promise<T>;
  };
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= read();
    return result;
  };
}
