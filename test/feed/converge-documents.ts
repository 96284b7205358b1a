import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, parse } from 'graphql';
import type { Json, List, Thing } from './converge-cache.ts';

// A user, and their relation to the viewer. Without the fields of a profile, because others are not told when these change.
const acquaintance = `fragment Acquaintance on User {
  id createdAt viewerContact { id } viewerContactRequest { id } viewerDirectConversation { id } viewerHasBlocked
}`;

const member = `fragment Member on Membership { id role joinedAt nickname mutedUntil deliveredSeq readSeq user { id } conversation { id } }`;

const message = `fragment Said on Message {
  id seq text sentAt editedAt recalledAt clientMessageId sender { id } replyTo { id } conversation { id }
  attachments { ...File } data
  mentions { id } mentionsEveryone forwardedFrom { name user { id } }
  replyCount threadParticipants(first: 3) { id } threadRoot { id replyCount threadParticipants(first: 3) { id } } delivery
  reactions { id emoji count } pinnedAt
  poll { options { id text voteCount } voterCount multiple anonymous closesAt closedAt }
}
fragment File on Attachment { url mediaType name size width height durationMs alt }`;

const shown = `fragment Shown on Message { ...Said viewerReactions poll { options { id viewerHasVoted voters(first: 10) { edges { node { id } } } } } viewerThreadUnreadCount viewerHasSaved viewerThreadDraft { id } replies(first: 10) { edges { cursor node { id } } } }`;

const group = `fragment Gathering on Group {
  id name description announcement avatarUrl data owner { id } joinPolicy listed historyForNewcomers postPolicy invitePolicy pinPolicy mentionPolicy slowModeSeconds mutedUntil historyDays
}`;

// What the viewer may do in a group, and its bans. Roles and settings change both.
const ruling = `fragment Ruling on Group { id viewerMay viewerBans(first: 10) { edges { cursor node { id } } } }`;

// Join requests and invites, which the group's owner and admins see.
const door = `fragment Door on Group {
  viewerJoinRequests(first: 10) { totalCount edges { cursor node { ...Wish } } }
  ...Inviting
}
fragment Wish on JoinRequest { id note createdAt user { ...Acquaintance } preview { groupId } }
fragment Inviting on Group { viewerInvites { id code expiresAt usesLeft createdBy { id } group { id } } }`;

const talk = `fragment Talk on Conversation {
  __typename id createdAt lastActivityAt lastSeq memberCount viewerReadSeq viewerClearedSeq ...Reached ...Waiting
  viewerLastMessage { ...Said }
  viewerDraft { id }
  viewerMembership { ...Member viewerNotificationLevel viewerSilentUntil viewerPinned viewerArchived }
  members(first: 10) { totalCount edges { cursor node { ...Member } } }
  messages(last: 20) { edges { cursor node { ...Shown } } }
  pins(first: 10) { edges { node { ...Said } } }
  ...Mentioning
  files(first: 20) { edges { node { ...File } message { id } } }
  timeline(last: 20) { edges { node { __typename at streamId seq actor { id } ... on PinChanged { pinOf: message { seq } } } } }
  ... on DirectConversation { viewerPeer { ...Acquaintance } }
  ...Gathering ...Ruling ...Door
}`;

const contacts = `fragment Known on Contact { id alias since user { ...Acquaintance } }
fragment Asked on ContactRequest { id note createdAt from { ...Acquaintance } to { ...Acquaintance } }`;

// Without lastSeenAt, which any request moves without an event.
const self = `fragment Self on Viewer {
  user { ...Acquaintance handle displayName avatarUrl bio data }
  sessions { id deviceName deviceKind createdAt viewerIsCurrent }
  pushDevices { kind createdAt session { id } }
  quietHours { start end timeZone days } silentUntil
  messagesFrom readReceipts lastSeen presenceChoice statusText statusUntil
}
fragment Export on DataExport { id state createdAt readyAt expiresAt bytes }
fragment Told on Notice { id title body postedAt }
fragment Begun on Draft { id conversationId threadRootId text replyTo { id } data writtenAt savedAt }
fragment Saved on SavedMessageEdge { cursor note savedAt node { ...Said viewerHasSaved } }
fragment Later on ScheduledMessage {
  id clientMessageId sendAt createdAt conversationId text attachments { url name } data poll { options multiple anonymous closesAt } replyTo { id } threadRoot { id } mentions { id } mentionsEveryone refusal { code message }
}`;

// How far all other members have a conversation. Every event of it may move these.
const reached = 'fragment Reached on Conversation { deliveredToAllSeq readByAllSeq }';

// Unread counts of the viewer. Events that change them bring the new ones.
const waiting = `fragment Waiting on Conversation { viewerUnreadCount viewerMentionCount viewerMarkedUnreadFromSeq }
fragment Totals on UnreadTotals { messages mentions conversations threads badge }`;

// The lists of unread mentions and threads.
const mentioning = `fragment Mentioning on Conversation {
  viewerMentions(first: 20) { edges { node { id } } }
  waitingMentions: viewerMentions(first: 20, unread: true) { edges { node { id } } }
}`;
const threads = `fragment Threads on ThreadConnection {
  edges { node { ...Shown } lastReply { id seq sentAt conversation { id } } }
}`;

const fragments = [acquaintance, member, message, group, ruling, door, talk, contacts, self, reached, waiting, mentioning, shown].join(
  '\n',
);

/** Everything that a client may show of one viewer. */
export const stateDocument = documentOf<{ readonly viewer: Thing; readonly people: Json }, { readonly people: readonly string[] }>(`
  query State($people: [ID!]!) {
    viewer {
      ...Self
      dataExports { ...Export }
      scheduledMessages(first: 10) { edges { cursor node { ...Later } } }
      drafts(first: 10) { edges { cursor node { ...Begun } } }
      savedMessages(first: 10) { edges { ...Saved } }
      notices(first: 10) { edges { cursor node { ...Told } } }
      positions { streamId seq epoch }
      unread { ...Totals }
      threads(first: 20) { ...Threads }
      waiting: threads(first: 20, unread: true) { edges { node { id } } }
      conversations(first: 10) { edges { node { ...Talk } } }
      contacts(first: 10) { edges { cursor node { ...Known } } }
      blocks(first: 10) { edges { cursor node { ...Acquaintance } } }
      incoming: contactRequests(direction: INCOMING, first: 10) { totalCount edges { cursor node { ...Asked } } }
      asking: joinRequests(first: 10) { totalCount edges { cursor node { ...Wish } } }
      outgoing: contactRequests(direction: OUTGOING, first: 10) { totalCount edges { cursor node { ...Asked } } }
    }
    people: nodes(ids: $people) { ...Acquaintance }
  }
  ${fragments}
  ${threads}
`);

/**
 * The events of a client that shows it. All members can share the payload of a conversation's event, with three exceptions: anonymous
 * votes, whose options only the voter knows; events after which the viewer may do something else; and events by which a message may return
 * that the viewer has deleted, or an unread one disappear.
 */
export const changesDocument = documentOf<{ readonly events: Thing }, { readonly after: readonly Thing[] }>(`
  subscription Changes($after: [PositionInput!]) {
    events(after: $after) {
      __typename
      at
      ... on LogEvent { streamId seq }
      ... on ConversationEvent { actor { id } conversation { id memberCount lastActivityAt ...Reached } }
      ... on MessageSent { messageEdge { cursor node { ...Said } } }
      ... on MessageEdited { message { ...Said } own: message { viewerHidden } }
      ... on MessageRecalled { message { ...Said } }
      ... on ReactionsChanged { message { ...Said } emoji added }
      ... on PollVoted { message { ...Said } options { id } own: message { poll { options { mine: id viewerHasVoted } } } }
      ... on PollClosed { message { ...Said } }
      ... on PinChanged { message { ...Said } own: message { viewerHidden } pinned }
      ... on HistoryTrimmed { untilSeq conversation { id lastSeq ...Waiting viewerLastMessage { ...Said } } }
      ... on GroupChanged { group { ...Gathering ...Ruling } }
      ... on MemberJoined { membershipEdge { cursor node { ...Member } } conversation { ...Ruling } }
      ... on MemberChanged { membership { ...Member } conversation { ...Ruling } }
      ... on MemberLeft { membershipId user { id } conversation { ...Ruling } }
      ... on ConversationOpened { position { streamId seq epoch } conversationEdge { node { ...Talk } } }
      ... on ConversationClosed { conversationId }
      ... on MembershipSettled { membership { ...Member viewerNotificationLevel viewerSilentUntil viewerPinned viewerArchived } conversation { id lastSeq ...Waiting } unread { ...Totals } }
      ... on MessageHidden { messageId threadRoot { id viewerThreadUnreadCount } conversation { id lastSeq ...Waiting viewerLastMessage { ...Said } } unread { ...Totals } }
      ... on ConversationCleared { conversation { id lastSeq viewerClearedSeq ...Waiting viewerLastMessage { ...Said } } unread { ...Totals } }
      ... on ThreadRead { message { id viewerThreadUnreadCount conversation { id lastSeq ...Waiting } } unread { ...Totals } }
      ... on ContactRequestSent { contactRequestEdge { cursor node { ...Asked } } }
      ... on ContactRequestReceived { contactRequestEdge { cursor node { ...Asked } } }
      ... on ContactRequestWithdrawn { contactRequestId user { ...Acquaintance } }
      ... on ContactRequestClosed { contactRequestId user { ...Acquaintance } contactEdge { cursor node { ...Known } } }
      ... on BlockChanged { blocked userId user { ...Acquaintance } userEdge { cursor node { ...Acquaintance } } }
      ... on ContactChanged { contactId contact { ...Known } }
      ... on JoinRequestSent { joinRequestEdge { cursor node { ...Wish } } }
      ... on JoinRequestReceived { group { id } joinRequestEdge { cursor node { ...Wish } } }
      ... on JoinRequestClosed { joinRequestId accepted }
      ... on InvitesChanged { group { id ...Inviting } }
      ... on ViewerChanged { viewer { ...Self } }
      ... on DataExportChanged { dataExportId dataExport { ...Export } }
      ... on ScheduledMessageChanged { scheduledMessageId scheduledMessageEdge { cursor node { ...Later } } }
      ... on ScheduledMessageClosed { scheduledMessageId outcome }
      ... on DraftChanged { draftId conversationId threadRootId draftEdge { cursor node { ...Begun } } }
      ... on SavedMessageChanged { messageId savedMessageEdge { ...Saved } }
      ... on NoticePosted { noticeId noticeEdge { cursor node { ...Told } } }
      ... on NoticeRevoked { noticeId }
      ... on ReceiptMoved { conversation { id ...Reached } membership { id deliveredSeq readSeq } }
      ... on TypingChanged { conversationId typing }
      ... on SignalReceived { conversationId name data sentAt sender { id } }
      ... on ViewerMarkersMoved {
        conversation { id lastSeq viewerReadSeq ...Reached ...Waiting viewerMembership { id deliveredSeq readSeq } }
        unread { ...Totals }
      }
      ... on StreamReady { positions { streamId seq epoch } }
      ... on ResyncRequired { streamId resyncReason }
    }
  }
  ${fragments}
`);

/** The lists to read again for a conversation if an event does not tell an item's place in the unread lists. */
export const listsDocument = documentOf<
  { readonly viewer: { readonly threads: List }; readonly conversation: Thing | null },
  { readonly id: string }
>(`
  query Lists($id: ID!) {
    viewer { threads(first: 20, conversationId: $id) { ...Threads } }
    conversation(id: $id) { lastSeq viewerMentionCount ...Mentioning }
  }
  ${[message, shown, mentioning, threads].join('\n')}
`);

function documentOf<T, V>(source: string): TypedDocumentNode<T, V> {
  const document: DocumentNode = parse(source);
  return document;
}
