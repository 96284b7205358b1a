/** Opens a group as a client does: what it is, the newest page of what was said, the first page of who is in it. */
export const openGroup = `query ($id: ID!) {
  conversation(id: $id) {
    id lastSeq memberCount viewerUnreadCount viewerMentionCount viewerReadSeq deliveredToAllSeq readByAllSeq
    ... on Group { name description owner { id displayName } }
    messages { edges { cursor node { id seq text attachments { url mediaType name size width height alt } data sentAt sender { id displayName avatarUrl } reactions { emoji count } replyCount delivery } } pageInfo { hasPreviousPage } }
    members(first: 50) { edges { cursor node { id role joinedAt readSeq user { id displayName avatarUrl } } } totalCount pageInfo { hasNextPage endCursor } }
  }
}`;

/** A page from the middle of a group's members. */
export const membersPage = `query ($id: ID!, $after: String) {
  conversation(id: $id) { members(first: 50, after: $after) { edges { node { id role user { id displayName } } } pageInfo { endCursor hasNextPage } } }
}`;

/** Says something. */
export const send = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { messageEdge { node { id seq } } errors { code message } }
}`;

/** Says that it was read. */
export const read = 'mutation ($input: MarkReadInput!) { markRead(input: $input) { errors { code message } } }';

/** Has somebody join. */
export const join = `mutation ($input: AddMembersInput!) {
  addMembers(input: $input) { membershipEdges { node { id } } group { id memberCount } errors { code message } }
}`;

/** Has somebody go again. */
export const remove =
  'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { membershipId group { memberCount } errors { code message } } }';
