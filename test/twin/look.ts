import type { Asked } from './lockstep.ts';

const user =
  '{ __typename id handle displayName bio data avatarUrl erased createdAt viewerHasBlocked viewerContact { id alias since } viewerContactRequest { id note message createdAt } viewerDirectConversation { id } viewerPresence { status statusText devices lastSeenAt } }';
const message =
  '{ id seq: seq text sentAt editedAt recalledAt pinnedAt delivery sender { id } mentions { id } mentionsEveryone replyCount threadParticipants(first: 5) { id } replyTo { id } reactions { emoji count users(first: 5) { edges { cursor node { id } } } } attachments { url mediaType name alt size } data poll { options { id text voteCount viewerHasVoted voters(first: 5) { edges { cursor node { id } } } } voterCount multiple anonymous closesAt closedAt } }';
const page = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

/** Everything that a user has, in one query. */
export const lookAround: Asked = {
  query: `{ viewer {
    user ${user} unread { conversations mentions messages threads } messagesFrom readReceipts lastSeen presenceChoice statusText statusUntil
    quietHours { start end timeZone days } silentUntil positions { streamId seq epoch } sessions { id deviceName deviceKind viewerIsCurrent createdAt }
    dataExports { id state createdAt readyAt } pushDevices { kind createdAt }
    blocks(first: 50) { edges { cursor node { id } } ${page} }
    contacts(first: 50) { edges { cursor node { id alias since user ${user} } } ${page} }
    incoming: contactRequests(direction: INCOMING, first: 50) { totalCount edges { cursor node { id note message from { id } createdAt } } }
    outgoing: contactRequests(direction: OUTGOING, first: 50) { totalCount edges { cursor node { id note message to { id } createdAt } } }
    joinRequests(first: 50) { totalCount edges { cursor node { id note createdAt preview { groupId name memberCount viewerIsMember viewerIsBanned viewerJoinRequest { id } } } } }
    scheduledMessages(first: 20) { ${page} edges { cursor node { id clientMessageId sendAt createdAt conversationId conversation { id } text data poll { options multiple anonymous closesAt } attachments { url } replyTo { id } threadRoot { id } mentions { id } mentionsEveryone refusal { code message } } } }
    drafts(first: 20) { ${page} edges { cursor node { id conversationId conversation { id } threadRootId threadRoot { id } text data replyTo { id } } } }
    savedMessages(first: 20) { ${page} edges { cursor note node { id text viewerHasSaved viewerThreadDraft { id } } } }
    threads(first: 20) { edges { cursor node { id viewerThreadUnreadCount } lastReply { id } } ${page} }
    notices(first: 20) { edges { cursor node { id title body postedAt } } }
    events(afterSeq: 0, first: 50) { edges { cursor node { __typename at seq } } }
    unreadOnes: conversations(unread: true) { edges { cursor node { id } } }
    mentionedOnes: conversations(mentioned: true) { edges { cursor node { id } } }
    called: conversations(search: "a") { edges { cursor node { id } } }
    conversations(first: 20) { ${page} edges { cursor node {
      __typename id createdAt lastActivityAt lastSeq memberCount deliveredToAllSeq readByAllSeq
      viewerClearedSeq viewerReadSeq viewerUnreadCount viewerMentionCount viewerMarkedUnreadFromSeq
      viewerMembership { id role nickname readSeq deliveredSeq mutedUntil joinedAt viewerNotificationLevel viewerSilentUntil viewerPinned viewerArchived viewerMay }
      viewerLastMessage { id viewerHasSaved }
      viewerDraft { id text }
      called: members(search: "a", roles: [OWNER, MEMBER]) { ${page} edges { cursor node { id } } }
      members(first: 20) { totalCount ${page} edges { cursor node { id role nickname readSeq deliveredSeq user { id } } } }
      messages(last: 10) { ${page} edges { cursor node ${message} } }
      timeline(last: 10) { ${page} edges { cursor node { __typename at seq actor { id } } } }
      viewerMentions(first: 5) { edges { cursor node { id } } ${page} }
      pins(first: 5) { edges { cursor node { id } } }
      files(first: 20) { ${page} edges { cursor node { url mediaType name } message { id } } }
      ... on Group { name description announcement avatarUrl data listed mutedUntil slowModeSeconds historyDays owner { id } viewerMay viewerInvites { id code usesLeft expiresAt } viewerJoinRequests(first: 5) { totalCount edges { cursor node { id note user { id } } } } viewerBans(first: 5) { edges { cursor node { id } } } }
      ... on DirectConversation { viewerPeer { id } }
    } } }
  }
  groups(first: 20) { edges { cursor node { groupId name memberCount viewerIsMember viewerIsBanned viewerJoinRequest { id } } } ${page} } }`,
  variables: {},
};
