/** The message as the GraphQL peers serve it: the fields of MPIM's message that the document below selects. */
export const typeDefs = /* GraphQL */ `
  type Query { hello: String! }
  type Subscription { messageSent: MessageSent! }
  type MessageSent { streamId: ID! seq: Int! messageEdge: MessageEdge! }
  type MessageEdge { node: Message! }
  type Message { id: ID! text: String! sentAt: String! clientMessageId: ID! conversation: Conversation! sender: User! }
  type Conversation { id: ID! }
  type User { id: ID! handle: String! displayName: String! avatarUrl: String }
`;
