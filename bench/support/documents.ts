/** The fields that subscribers select of a message. */
export const message = `__typename streamId seq messageEdge {
  node { id text sentAt clientMessageId conversation { id } sender { id handle displayName avatarUrl } } }`;

/** What a client of MPIM subscribes to: all its events. */
export const clientDocument = `subscription {
  events {
    ... on LogEvent { streamId seq }
    ... on MessageSent { ${message} }
    ... on MemberJoined { membershipEdge { cursor node { id role user { id displayName } } } }
    ... on MemberLeft { membershipId leaveReason user { id } }
    ... on ReceiptMoved { membership { id deliveredSeq readSeq } }
    ... on ViewerMarkersMoved { unread { messages conversations } conversation { id viewerReadSeq viewerUnreadCount } }
    ... on ConversationOpened {
      position { streamId seq epoch }
      conversationEdge { cursor node { id lastSeq viewerUnreadCount ... on Group { name } ... on DirectConversation { viewerPeer { id displayName } } } }
    }
    ... on ConversationClosed { conversationId leaveReason }
    ... on StreamReady { positions { streamId seq epoch } }
    ... on ResyncRequired { streamId lastSeq resyncReason }
  }
}`;

/** The same message of a peer. */
export const peerDocument = `subscription { messageSent { ${message} } }`;
