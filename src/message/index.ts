// What people say: sending, history, how far each member has got.
// Owns Message (its numbering is the log's) and the markers of Membership. Promises: a send is stored once for its sender and
// clientMessageId, for ever and on all nodes, and only while its sender may post; markers only rise, with 0 <= readSeq <= deliveredSeq <=
// lastSeq; unread counts are computed from positions, so they cannot drift; pages have no hole and say truly whether there is more.
// Histories are bounded by the access they are given: that the access is the viewer's, and active, is for the caller to see to.
// Writes on the conversation's stream what is said and what becomes of it (sent, edited, recalled, reacted to, voted on, pinned), ConversationOpened for a side that a
// first message reaches, and on the user's own what they do for themselves; tells moved markers, typing and signals on the bus.
export { type MessageAlong, parseAlong, senderAtCommit, storedAlong } from './along.ts';
export type { Approval, Saying } from './approval.ts';
export { type AttachmentKind, attachmentKinds } from './attached.ts';
export type { Attached } from './attached-list.ts';
export type { Attachment, NewAttachment } from './attachment.ts';
export {
  type BroughtMessage,
  type ForeignMessage,
  isBrought,
  nameOfBrought,
  requireForeignEmojis,
  requireForeignMessage,
  storeBrought,
} from './brought.ts';
export { createMessages } from './create-messages.ts';
export { maySeeEdits } from './edits.ts';
export { emojiIn, isEmoji } from './emoji.ts';
export { messageAt, sentUnder } from './facts.ts';
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
export { type SettledApart, type Settling, withSettledApart } from './settling.ts';
export { messageOf, messagesAround, readMessages } from './store.ts';
export { firstSeen, requireSeen, requireStanding } from './target.ts';
export { threadOf } from './thread.ts';
export type { ListedThread } from './thread-list.ts';
export { inWords } from './words.ts';
