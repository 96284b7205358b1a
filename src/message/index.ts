// Messages: sending, editing, history, reactions, polls, pins, threads, and read markers.
//
// Owns Message (whose numbering is the log's) and the markers of Membership, with the tables that belong to a message: edits, mentions,
// replies, thread participants, reactions, pins, poll votes, attachments by kind, and hidden messages.
//
// Promises:
// - A message is stored once for its sender and clientMessageId, for ever and on all nodes, and only while the sender may post.
// - Markers only rise: 0 <= readSeq <= deliveredSeq <= lastSeq.
// - Unread counts are computed from positions, so they cannot drift.
// - Pages have no gaps, and their flags say correctly whether there is more.
//
// Leaves to its callers: pages are bounded by the access that is passed in. The caller makes sure that the access is the viewer's, and
// active.
//
// Writes entries on
// - the conversation's stream: messages sent, edited and recalled, reactions, votes and closed polls, pins
// - the user's account stream: what users do for themselves alone (hide, clear, mark as unread, read a thread), and ConversationOpened for
//   the other side of a direct conversation at its first message
//
// Publishes moved markers, typing and signals on the bus. These are not logged.
//
// In docstrings, `CODE (field)` is a ChatError with that code which names that input field.
export { type MessageAlong, parseAlong, senderAtCommit, storedAlong } from './along.ts';
export type { Approval, PendingMessage } from './approval.ts';
export { type AttachmentKind, attachmentKinds } from './attached.ts';
export type { Attached } from './attached-list.ts';
export type { Attachment, NewAttachment } from './attachment.ts';
export { asPlainText } from './content.ts';
export { createMessages } from './create-messages.ts';
export { maySeeEdits } from './edits.ts';
export { emojiIn, isEmoji } from './emoji.ts';
export { messageAt, sentUnder } from './facts.ts';
export {
  type ForeignMessage,
  type ImportedMessage,
  isImported,
  nameOfBrought,
  requireForeignEmojis,
  requireForeignMessage,
  storeImported,
} from './imported.ts';
export { type IndependentWrite, type JointAct, withIndependentWrite } from './joint-act.ts';
export { furtherOn } from './marker.ts';
export type {
  Edit,
  EditsRequest,
  HistoryRequest,
  Message,
  MessageRef,
  Part,
  ParticipantsRequest,
  PollOption,
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
export type { Messages } from './messages.ts';
export type { OptionRef } from './poll.ts';
export { optionsOf } from './poll-list.ts';
export { maxOptions } from './poll-shape.ts';
export { takingBack } from './recall.ts';
export { noConversation } from './refusal.ts';
export { type NewText, usedBefore } from './send.ts';
export { requireQuoted } from './sending.ts';
export { messageOf, messagesAround, readMessages } from './store.ts';
export { firstSeen, requireNotRecalled, requireSeen } from './target.ts';
export { threadOf } from './thread.ts';
export type { ListedThread } from './thread-list.ts';
