import type { Conversation, Membership, Sieve } from '../group/index.ts';
import type { Inside } from '../log/index.ts';
import type { Page } from '../page.ts';
import type { ContactRequestRef, FirstMessage, Viewer } from '../user/index.ts';
import type { Attached, AttachedRequest } from './attached-list.ts';
import type { AttachedFrom } from './attached-round.ts';
import type { Held, Waiting } from './counts.ts';
import type { Change } from './edit.ts';
import type { Clearing } from './hide.ts';
import type { Later, Refs, Sayable } from './later.ts';
import type { UnreadMark } from './mark-unread.ts';
import type { Mark } from './marker.ts';
import type {
  Audience,
  Edit,
  EditsRequest,
  HistoryRequest,
  Mentioning,
  MentionsRequest,
  Message,
  MessageRef,
  Part,
  ParticipantsRequest,
  PollTally,
  Reach,
  ReactionCount,
  ReactorsRequest,
  Reader,
  TimelineEntry,
  UnreadTotals,
  VotersRequest,
} from './message.ts';
import type { OwnActs, OwnActsRequest, OwnReacted, OwnVoted } from './own-acts.ts';
import type { Voting } from './poll.ts';
import type { Reacting } from './reaction.ts';
import type { Forward, NewText } from './send.ts';
import type { Settling } from './settling.ts';
import type { Signal } from './signal.ts';
import type { ListedThread, ThreadsRequest } from './thread-list.ts';
import type { ThreadMark } from './thread-mark.ts';
import type { Typing } from './typing.ts';

/** The message module's face. Disposing it lets markers that were accepted come to their end. `access` is the viewer's active membership: reads are bounded by what it lets see. Each act throws as its own file says. */
export interface Messages extends AsyncDisposable {
  /** Stores a message, or finds the one stored under this clientMessageId. `settling`: what is settled by the same commit. */
  send(viewer: Viewer, request: NewText, settling?: Settling): Promise<Message>;
  /** Looks at a message that is to be said later, without asking the database. */
  readLater(request: NewText): Later;
  /** That it would be taken now, in all that does not belong to the moment when it is said. */
  requireSayable(inside: Inside, viewer: Viewer, request: Sayable): Promise<Refs>;
  /** The same with what somebody else said, under the name of whoever said it first. */
  forward(viewer: Viewer, request: Forward): Promise<Message>;
  edit(viewer: Viewer, change: Change): Promise<Message>;
  recall(viewer: Viewer, message: MessageRef): Promise<Message>;
  addReaction(viewer: Viewer, reacting: Reacting): Promise<Message>;
  removeReaction(viewer: Viewer, reacting: Reacting): Promise<Message>;
  votePoll(viewer: Viewer, voting: Voting): Promise<Message>;
  closePoll(viewer: Viewer, message: MessageRef): Promise<Message>;
  /** Closes a poll whose time has come. Throws UNAVAILABLE. */
  closeDue(message: MessageRef): Promise<void>;
  pin(viewer: Viewer, message: MessageRef): Promise<Message>;
  unpin(viewer: Viewer, message: MessageRef): Promise<Message>;
  hide(viewer: Viewer, message: MessageRef): Promise<void>;
  clear(viewer: Viewer, clearing: Clearing): Promise<void>;
  markUnread(viewer: Viewer, mark: UnreadMark): Promise<void>;
  /** Resolves once stored; below the marker changes nothing. */
  markDelivered(viewer: Viewer, mark: Mark): Promise<void>;
  /** The same, and raises the delivered marker too; clears what the viewer marked as unread up to there. */
  markRead(viewer: Viewer, mark: Mark): Promise<void>;
  /** Answers the message that the thread is about. */
  markThreadRead(viewer: Viewer, mark: ThreadMark): Promise<MessageRef>;
  /** In the order asked for; null where there is none. Does not ask who may see them. */
  byRefs(refs: readonly MessageRef[]): Promise<readonly (Message | null)[]>;
  /** Whether the viewer has hidden each message, in order. */
  hidden(viewer: Viewer, refs: readonly MessageRef[]): Promise<readonly boolean[]>;
  messages(access: Membership, request: HistoryRequest): Promise<Page<Message>>;
  timeline(access: Membership, request: HistoryRequest): Promise<Page<TimelineEntry>>;
  /** The seq of the newest entry of a conversation's stretch (bounds inclusive) that is earlier than a moment; `from` - 1 where none is. Does not ask who may see it. */
  seqBefore(stretch: { readonly conversationId: bigint; readonly from: number; readonly to: number }, moment: Date): Promise<number>;
  replies(
    access: Membership,
    root: MessageRef,
    request: { readonly first: number; readonly after?: number | undefined },
  ): Promise<Part<Message>>;
  pins(access: Membership, request: { readonly first: number; readonly after?: number | undefined }): Promise<Part<Message>>;
  /** What is attached in the conversation, the newest message's first and each one's in its order. */
  attached(access: Membership, request: AttachedRequest): Promise<Part<Attached>>;
  /** Enters what messages from before there was that list have attached, and leaves the rest, or the next round, to be done. Throws UNAVAILABLE, or what `signal` was aborted with. */
  enterAttached(from: AttachedFrom, signal: AbortSignal): Promise<void>;
  /** What messages said before, for each page asked for, in order. Does not ask who may know: `maySeeEdits` tells. */
  edits(requests: readonly EditsRequest[]): Promise<readonly Part<Edit>[]>;
  /** How often each emoji stands on each message, whoever came first coming first, in order. */
  reactions(refs: readonly MessageRef[]): Promise<readonly (readonly ReactionCount[])[]>;
  /** The emojis that the viewer has put on each message, in order. */
  ownReactions(viewer: Viewer, refs: readonly MessageRef[]): Promise<readonly (readonly string[])[]>;
  /** Who has put an emoji on a message, by id, for each page asked for, in order. */
  reactors(requests: readonly ReactorsRequest[]): Promise<readonly Part<bigint>[]>;
  /** How many have chosen what of each message's poll, in order. */
  votes(refs: readonly MessageRef[]): Promise<readonly PollTally[]>;
  /** The places of what the viewer has chosen of each, in order. */
  ownVotes(viewer: Viewer, refs: readonly MessageRef[]): Promise<readonly (readonly number[])[]>;
  /** Who has chosen an option, by id, for each page asked for, in order. Does not ask whether anybody may know. */
  voters(requests: readonly VotersRequest[]): Promise<readonly Part<bigint>[]>;
  /** The newest message that each member sees, in order; null where there is none. */
  last(accesses: readonly Membership[]): Promise<readonly (Message | null)[]>;
  /** Messages of others that wait to be read, as of the conversation's lastSeq, in order. */
  unread(of: readonly Held[]): Promise<readonly number[]>;
  /** Those of them that mention the member or everyone. */
  mentions(of: readonly Held[]): Promise<readonly number[]>;
  /** The same one by one, and those that do not wait: the messages of others that mention the member or everyone, where they were mentioned last coming first. */
  mentioning(of: Held, request: MentionsRequest): Promise<Part<Mentioning>>;
  /** What lets through those of the viewer's conversations in which something waits, or nothing. A user's are asked one after the other; UNAVAILABLE where too many wait. */
  waiting(viewer: Viewer, what: Waiting): readonly Sieve[];
  /** Replies of others that wait in threads the member takes part in, in order. */
  threadUnread(of: readonly { readonly root: Pick<Message, 'seq'>; readonly access: Membership }[]): Promise<readonly number[]>;
  /** Who takes part in each thread: first who began it, then whoever replied first; in order. Does not ask who may see it. */
  threadParticipants(of: readonly ParticipantsRequest[]): Promise<readonly (readonly bigint[])[]>;
  /** The threads that the viewer takes part in, and sees a reply of, where there was a reply last coming first. */
  threads(viewer: Viewer, request: ThreadsRequest): Promise<Part<ListedThread>>;
  /** Over all conversations shown to the viewer. */
  unreadTotals(viewer: Viewer): Promise<UnreadTotals>;
  /** How far all others have each conversation, in order, as that viewer sees it, or as all may; null where that is not told. */
  reach(of: readonly Pick<Conversation, 'id' | 'memberCount'>[], viewerId?: bigint | null): Promise<readonly (Reach | null)[]>;
  /** The members of each conversation who show how far they have read, as they joined, in order; nobody where that is not told. */
  readers(of: readonly Pick<Conversation, 'id' | 'memberCount'>[]): Promise<readonly (readonly Reader[])[]>;
  /** Takes back what an erased account said: all of it, or what nobody is left to read. Throws UNAVAILABLE, or what `signal` was aborted with. */
  removeAll(userId: bigint, what: 'ALL' | 'UNSEEN', signal: AbortSignal): Promise<void>;
  /** What a user said in a conversation, ascending by seq, for a file of their own. */
  saidBy(userId: bigint, options: { conversationId: bigint; first: number; after: number }): Promise<readonly Message[]>;
  /** What a user has put on messages of a conversation, stretch by stretch from its beginning, for a file of their own. */
  reactionsBy(userId: bigint, options: OwnActsRequest): Promise<OwnActs<OwnReacted>>;
  /** The same of what they have chosen of polls there. */
  votesBy(userId: bigint, options: OwnActsRequest): Promise<OwnActs<OwnVoted>>;
  /** Answers how to tell all who are shown the viewer's markers that what is shown of them has changed. */
  receiptsTelling(viewer: Viewer): Promise<() => void>;
  /** Tells who is in a conversation that what is shown of some members' reading has changed: all, of each only their own devices, or only the others'. */
  tellReading(options: { conversationId: bigint; userIds: readonly bigint[]; to: Audience }): void;
  /** Says what somebody has said with a request that was accepted, once. Throws UNAVAILABLE. */
  sayFirst(request: ContactRequestRef, first: FirstMessage): Promise<void>;
  /** Tells those who are in the conversation that the viewer is typing, or is not any more. Not stored; throttled. */
  setTyping(viewer: Viewer, typing: Typing): Promise<void>;
  /**
   * Tells those who are in the conversation and connected, or of them those who are named, and the viewer's own devices. Not stored. Throws NOT_FOUND (conversationId, recipientIds.N),
   * INVALID_INPUT (name, data, data.…, recipientIds), RATE_LIMITED, and as `send` does of who may not write there: SUSPENDED, FORBIDDEN, MUTED, BLOCKED and NOT_CONTACTS (conversationId).
   */
  sendSignal(viewer: Viewer, signal: Signal): Promise<void>;
}
