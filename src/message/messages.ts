import type { ContactRequestRef, FirstMessage } from '../contact/index.ts';
import type { Conversation, ConversationFilter, Membership } from '../group/index.ts';
import type { Inside } from '../log/index.ts';
import type { Page } from '../page.ts';
import type { Viewer } from '../user/index.ts';
import type { Attached, AttachedRequest } from './attached-list.ts';
import type { AttachedFrom } from './attachment-repair.ts';
import type { Held, Waiting } from './counts.ts';
import type { Change } from './edit.ts';
import type { Clearing } from './hide.ts';
import type { JointAct } from './joint-act.ts';
import type { UnreadMark } from './mark-unread.ts';
import type { Mark } from './marker.ts';
import type {
  Audience,
  Edit,
  EditsRequest,
  ForwardRequest,
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
  UpTo,
  VotersRequest,
} from './message.ts';
import type { OwnActs, OwnActsRequest, OwnReacted, OwnVoted } from './own-acts.ts';
import type { Voting } from './poll.ts';
import type { Reacting } from './reaction.ts';
import type { Refs, Schedulable, ScheduledContent } from './schedulable.ts';
import type { Forward, NewText } from './send.ts';
import type { Signal } from './signal.ts';
import type { ListedThread, ThreadsRequest } from './thread-list.ts';
import type { ThreadMark } from './thread-mark.ts';
import type { Typing } from './typing.ts';

/**
 * The interface of the message module. Disposing it waits for accepted markers to be stored. `access` is the viewer's active membership,
 * and bounds what is read. Each function throws what its own file says. Lists of results are in the order asked for.
 */
export interface Messages extends AsyncDisposable {
  /** Stores a message, or returns the one stored under this clientMessageId. `settling` is committed with it. */
  send(viewer: Viewer, request: NewText, settling?: JointAct): Promise<Message>;
  /** Validates a message to be scheduled, without reading the database. */
  readLater(request: NewText): ScheduledContent;
  /** Throws unless the message could be sent now, apart from what is checked only when it is sent. */
  requireSendable(inside: Inside, viewer: Viewer, request: Schedulable): Promise<Refs>;
  /** Sends on a message, naming the sender of the original. Otherwise like `send`. */
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
  /** Raises the delivered marker. Resolves once stored; a seq below the marker has no effect. */
  markDelivered(viewer: Viewer, mark: Mark): Promise<void>;
  /** Raises the read marker, and the delivered marker with it. Removes the viewer's unread mark if it is at or below that seq. */
  markRead(viewer: Viewer, mark: Mark): Promise<void>;
  /** Returns the root of the thread. */
  markThreadRead(viewer: Viewer, mark: ThreadMark): Promise<MessageRef>;
  /** Null if there is no such message. Does not check who may see it. */
  byRefs(refs: readonly MessageRef[]): Promise<readonly (Message | null)[]>;
  /** Whether the viewer has hidden each message. */
  hidden(viewer: Viewer, refs: readonly MessageRef[]): Promise<readonly boolean[]>;
  messages(access: Membership, request: HistoryRequest): Promise<Page<Message>>;
  timeline(access: Membership, request: HistoryRequest): Promise<Page<TimelineEntry>>;
  /**
   * Returns the seq of the newest entry in a range of a conversation that is earlier than a moment; `from` - 1 if there is none. Bounds are
   * inclusive. Does not check who may see it.
   */
  seqBefore(stretch: { readonly conversationId: bigint; readonly from: number; readonly to: number }, moment: Date): Promise<number>;
  replies(access: Membership, root: MessageRef, request: ForwardRequest): Promise<Part<Message>>;
  pins(access: Membership, request: ForwardRequest): Promise<Part<Message>>;
  /** Returns attachments in the conversation, by message, newest message first. Attachments of one message are in their order there. */
  attached(access: Membership, request: AttachedRequest): Promise<Part<Attached>>;
  /**
   * Adds the rows of attachments for messages stored before there were any. Leaves the rest, or the next round, as a job. Throws
   * UNAVAILABLE, or the abort reason of `signal`.
   */
  repairAttachments(from: AttachedFrom, signal: AbortSignal): Promise<void>;
  /** Returns earlier versions of messages. Does not check who may see them: `maySeeEdits` does. */
  edits(requests: readonly EditsRequest[]): Promise<readonly Part<Edit>[]>;
  /** Returns the number of reactions with each emoji on each message. The emoji that was used first comes first. */
  reactions(refs: readonly MessageRef[]): Promise<readonly (readonly ReactionCount[])[]>;
  /** Returns the emojis with which the viewer reacted to each message. */
  ownReactions(viewer: Viewer, refs: readonly MessageRef[]): Promise<readonly (readonly string[])[]>;
  /** Returns the users who reacted to a message with an emoji, by id. */
  reactors(requests: readonly ReactorsRequest[]): Promise<readonly Part<bigint>[]>;
  /** Returns the votes in each message's poll. */
  votes(refs: readonly MessageRef[]): Promise<readonly PollTally[]>;
  /** Returns the indexes of the options that the viewer voted for, for each message. */
  ownVotes(viewer: Viewer, refs: readonly MessageRef[]): Promise<readonly (readonly number[])[]>;
  /** Returns the users who voted for an option, by id. Does not check whether the poll is anonymous. */
  voters(requests: readonly VotersRequest[]): Promise<readonly Part<bigint>[]>;
  /** Returns the newest message that each member sees; null if there is none. */
  last(accesses: readonly (Membership & UpTo)[]): Promise<readonly (Message | null)[]>;
  /** Returns the number of unread messages from others, up to the conversation's lastSeq. */
  unread(of: readonly Held[]): Promise<readonly number[]>;
  /** Returns the number of unread mentions of the member or of everyone. */
  mentions(of: readonly Held[]): Promise<readonly number[]>;
  /** Returns messages from others that mention the member or everyone, unread or not. The newest mention comes first. */
  mentioning(of: Held, request: MentionsRequest): Promise<Part<Mentioning>>;
  /**
   * Makes the sieves that filter the viewer's conversations by what is unread. The calls of one user run one after the other; throws
   * UNAVAILABLE if too many are waiting.
   */
  waiting(viewer: Viewer, what: Waiting): readonly ConversationFilter[];
  /** Returns the number of unread replies from others in threads that the member takes part in. */
  threadUnread(of: readonly { readonly root: Pick<Message, 'seq'>; readonly access: Membership }[]): Promise<readonly number[]>;
  /** Returns the participants of each thread: its author, then the others by their first reply. Does not check who may see it. */
  threadParticipants(of: readonly ParticipantsRequest[]): Promise<readonly (readonly bigint[])[]>;
  /** Returns the threads that the viewer takes part in and sees a reply of. The one with the newest reply comes first. */
  threads(viewer: Viewer, request: ThreadsRequest): Promise<Part<ListedThread>>;
  /** Over all conversations shown to the viewer. */
  unreadTotals(viewer: Viewer): Promise<UnreadTotals>;
  /**
   * Returns up to which seq all others have each conversation: as this viewer sees it, or, without one, as everybody may see it. Null if
   * receipts are not shown.
   */
  reach(of: readonly Pick<Conversation, 'id' | 'memberCount'>[], viewerId?: bigint | null): Promise<readonly (Reach | null)[]>;
  /** Returns the members of each conversation who show their read markers, by the time they joined. Empty if receipts are not shown. */
  readers(of: readonly Pick<Conversation, 'id' | 'memberCount'>[]): Promise<readonly (readonly Reader[])[]>;
  /**
   * Recalls the messages of an erased account: all of them, or only those that nobody is left to read. In direct conversations that nobody
   * is left to read, also those of the other user. Throws UNAVAILABLE, or the abort reason of `signal`.
   */
  removeAll(userId: bigint, what: 'ALL' | 'UNSEEN', signal: AbortSignal): Promise<void>;
  /** Returns the messages that a user sent in a conversation, ascending by seq, for the export of their data. */
  messagesBy(userId: bigint, options: { conversationId: bigint; first: number; after: number }): Promise<readonly Message[]>;
  /** Returns a user's reactions in a conversation, range by range from its start, for the export of their data. */
  reactionsBy(userId: bigint, options: OwnActsRequest): Promise<OwnActs<OwnReacted>>;
  /** Returns a user's votes in a conversation, in the same way. */
  votesBy(userId: bigint, options: OwnActsRequest): Promise<OwnActs<OwnVoted>>;
  /** Returns a function that tells everybody who is shown the viewer's markers that they have changed. */
  receiptsTelling(viewer: Viewer): Promise<() => void>;
  /**
   * Tells the members of a conversation that the shown read markers of some members have changed: all, only these members' own devices, or
   * only the others.
   */
  tellReading(options: { conversationId: bigint; userIds: readonly bigint[]; to: Audience }): void;
  /** Sends the first message of a contact request that was accepted, once. Throws UNAVAILABLE. */
  sendFirstMessage(request: ContactRequestRef, first: FirstMessage): Promise<void>;
  /** Tells the members of the conversation that the viewer is typing, or has stopped. Not stored; throttled. */
  setTyping(viewer: Viewer, typing: Typing): Promise<void>;
  /**
   * Sends a signal to the connected members of the conversation, or to some of them, and to the viewer's own devices. Not stored.
   *
   * Throws NOT_FOUND (conversationId, recipientIds.N), INVALID_INPUT (name, data, data.…, recipientIds), RATE_LIMITED. If the viewer may
   * not post there, throws what `send` throws: SUSPENDED, FORBIDDEN, MUTED, BLOCKED and NOT_CONTACTS (conversationId).
   */
  sendSignal(viewer: Viewer, signal: Signal): Promise<void>;
}
