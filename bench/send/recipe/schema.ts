import type { RedisPubSub } from 'graphql-redis-subscriptions';
import { createGraphQLError, createSchema, type YogaInitialContext } from 'graphql-yoga';
import type { RecipeDatabase, Stored } from './send.ts';
import type { RecipeUser } from './token.ts';

const typeDefs = /* GraphQL */ `
  type Query { hello: String! }
  type Mutation { sendMessage(input: SendMessageInput!): SendMessagePayload! }
  type Subscription { messageSent(conversationId: ID!): MessageSent! }
  input SendMessageInput { conversationId: ID! clientMessageId: ID! text: String! }
  type SendMessagePayload { messageEdge: MessageEdge! }
  type MessageSent { streamId: ID! seq: Int! messageEdge: MessageEdge! }
  type MessageEdge { node: Message! }
  type Message { id: ID! seq: Int! text: String! sentAt: String! clientMessageId: ID! conversation: Conversation! sender: User! }
  type Conversation { id: ID! }
  type User { id: ID! handle: String! displayName: String! avatarUrl: String }
`;

/** What resolvers receive. */
export interface RecipeContext {
  readonly user: RecipeUser;
}

interface Input {
  readonly conversationId: string;
  readonly clientMessageId: string;
  readonly text: string;
}

function topicOf(conversationId: string): string {
  return `MESSAGE_SENT:${conversationId}`;
}

/** A message as it is returned and as it travels in Redis, with all fields that its subscribers ask for. */
function messageOf({ id, conversationId, seq, clientMessageId, text, sentAt }: Stored, sender: RecipeUser) {
  return {
    ...{ id: String(id), seq, text, sentAt: sentAt.toISOString(), clientMessageId },
    ...{ conversation: { id: String(conversationId) }, sender: { ...sender, avatarUrl: null } },
  };
}

/** The recipe's schema: a mutation that stores and publishes, and a subscription for each conversation. */
export function createRecipeSchema(database: RecipeDatabase, pubsub: RedisPubSub) {
  async function sendMessage(_: unknown, { input }: { readonly input: Input }, { user }: RecipeContext) {
    const conversationId = BigInt(input.conversationId);
    const message = messageOf(await database.send({ ...input, conversationId, senderId: BigInt(user.id) }), user);
    const messageEdge = { node: message };
    // Not awaited, as in the documentation: the answer need not wait for Redis.
    pubsub
      .publish(topicOf(input.conversationId), { streamId: input.conversationId, seq: message.seq, messageEdge })
      .catch((error: unknown) => process.stderr.write(`${error}\n`));
    return { messageEdge };
  }

  async function subscribe(_: unknown, { conversationId }: { readonly conversationId: string }, { user }: RecipeContext) {
    if (!(await database.isMember(BigInt(conversationId), BigInt(user.id)))) throw createGraphQLError('not a member');
    return pubsub.asyncIterableIterator(topicOf(conversationId));
  }

  return createSchema<YogaInitialContext & RecipeContext>({
    typeDefs,
    resolvers: {
      Query: { hello: () => 'world' },
      Mutation: { sendMessage },
      Subscription: { messageSent: { subscribe, resolve: (event: unknown) => event } },
    },
  });
}
