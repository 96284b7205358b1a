import { type DocumentNode, parse, validate } from 'graphql';
import { schema } from '../../schema/index.ts';

/** Parses a document. Throws if it asks for something that is not in the schema, which execution would leave out silently. */
function valid(source: string): DocumentNode {
  const document = parse(source);
  const [fault] = validate(schema, document);
  if (fault !== undefined) throw fault;
  return document;
}

/** What a client asks for when it opens a group: the newest 50 messages, each with its sender. */
export const history = valid(`query History($id: ID!) {
  conversation(id: $id) {
    id ... on Group { name }
    messages(last: 50) { edges { cursor node { id seq text sentAt sender { id handle displayName avatarUrl } } } }
  }
}`);

/** What a client asks for when it starts: the first 50 conversations, each with its last message and its unread count. */
export const conversations = valid(`{
  viewer { conversations(first: 50) { edges { cursor node {
    id lastSeq viewerUnreadCount ... on Group { name avatarUrl }
    viewerLastMessage { id text sentAt sender { id displayName avatarUrl } }
  } } } }
}`);
