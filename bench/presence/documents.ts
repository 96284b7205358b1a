/** What a list of people that come and go asks for: it has their names already. */
export const presenceDocument = `subscription ($userIds: [ID!]!) {
  presence(userIds: $userIds) { user { id } status statusText devices lastSeenAt }
}`;
