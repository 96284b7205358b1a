/** What a list of people asks for who have come and gone: names it has already. */
export const presenceDocument = `subscription ($userIds: [ID!]!) {
  presence(userIds: $userIds) { user { id } status statusText devices lastSeenAt }
}`;
