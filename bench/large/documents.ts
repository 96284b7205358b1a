/** Opens a group as a client does: its fields, the newest page of its messages and the first page of its members. */
export const openGroup = `query ($id: ID!) {
  conversation(id: $id) {
    id lastSeq memberCount viewerUnreadCount viewerMentionCount viewerReadSeq deliveredToAllSeq readByAllSeq
    ... on Group { name description owner { id displayName } }
    messages { edges { cursor node { id seq text attachments { url mediaType name size width height alt } data sentAt sender { id displayName avatarUrl } reactions { emoji count } replyCount delivery } } pageInfo { hasPreviousPage } }
    members(first: 50) { edges { cursor node { id role joinedAt readSeq user { id displayName avatarUrl } } } totalCount pageInfo { hasNextPage endCursor } }
  }
}`;

/** Reads a page from the middle of a group's members. */
export const membersPage = `query ($id: ID!, $after: String) {
  conversation(id: $id) { members(first: 50, after: $after) { edges { node { id role user { id displayName } } } pageInfo { endCursor hasNextPage } } }
}`;

/** Sends a message. */
export const send = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { messageEdge { node { id seq } } errors { code message } }
}`;

/** Sets the viewer's read marker. */
export const read = 'mutation ($input: MarkReadInput!) { markRead(input: $input) { errors { code message } } }';

/** Adds a member. */
export const join = `mutation ($input: AddMembersInput!) {
  addMembers(input: $input) { membershipEdges { node { id } } group { id memberCount } errors { code message } }
}`;

/** Removes a member. */
export const remove =
  'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { membershipId group { memberCount } errors { code message } } }';
