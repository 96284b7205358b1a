// The largest operation that a client could send: each list of users and messages in each conversation, and everything that each message
// refers to.
const people = 'id handle displayName';
const message = `id seq text sentAt delivery viewerReactions viewerThreadUnreadCount sender { ${people} }
  replyTo { id text sender { ${people} } }
  threadRoot { id replyCount sender { ${people} } replies(first: 3) { edges { node { id sender { ${people} } reactions { count } } } pageInfo { hasNextPage hasPreviousPage } } }
  mentions { ${people} }
  forwardedFrom { name user { ${people} } }
  reactions { emoji count users(first: 3) { edges { node { ${people} viewerContact { alias } } } pageInfo { hasNextPage hasPreviousPage } } }
  poll { voterCount options { text voteCount viewerHasVoted voters(first: 3) { edges { node { ${people} } } pageInfo { hasNextPage hasPreviousPage } } } }
  receipts(first: 3) { totalCount edges { node { readSeq user { ${people} } } } pageInfo { hasNextPage hasPreviousPage } }
  viewerEdits(first: 3) { edges { node { text } } pageInfo { hasNextPage hasPreviousPage } }`;
const event = `seq actor { ${people} } conversation { id lastSeq }
  ... on MessageSent { messageEdge { node { ${message} } } }
  ... on MemberJoined { user { ${people} } membershipEdge { node { role user { ${people} } } } }`;

/** Selects conversations and their contents, down to the reactions to replies in the thread of each message. Both sizes are integers. */
export function deepDocument({ conversations, messages }: { readonly conversations: number; readonly messages: number }): string {
  return `{ viewer { conversations(first: ${conversations}) { edges { node {
    id lastSeq deliveredToAllSeq readByAllSeq viewerReadSeq viewerUnreadCount viewerMentionCount viewerMembership { id role }
    ... on DirectConversation { viewerPeer { ${people} } } ... on Group { owner { ${people} } }
    viewerLastMessage { ${message} }
    members(first: 5) { edges { node { role readSeq deliveredSeq user { ${people} viewerContact { alias } viewerContactRequest { note } viewerDirectConversation { id lastSeq } } } } pageInfo { hasNextPage hasPreviousPage } }
    messages(last: ${messages}) { edges { node { ${message} } } pageInfo { hasNextPage hasPreviousPage } }
    around: messages(aroundDate: "2026-01-01T00:00:55Z", first: 1, last: 1) { edges { node { ${message} } } pageInfo { hasNextPage hasPreviousPage } }
    timeline(last: ${messages}) { edges { node { ${event} } } pageInfo { hasNextPage hasPreviousPage } }
    events(afterSeq: 0, first: ${messages}) { edges { node { ${event} } } pageInfo { hasNextPage hasPreviousPage } }
    files(kinds: [IMAGE], first: 3) { edges { node { url } message { ${message} } } pageInfo { hasNextPage hasPreviousPage } }
    pins(first: 3) { edges { node { ${message} } } pageInfo { hasNextPage hasPreviousPage } }
  } } } } }`;
}
