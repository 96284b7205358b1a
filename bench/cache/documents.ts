import { parse } from 'graphql';

/** What a client asks for when it opens a group: the newest 50 messages, each with who said it. */
export const history = parse(`query History($id: ID!) {
  conversation(id: $id) {
    id ... on Group { name }
    messages(last: 50) { edges { cursor node { id seq text sentAt sender { id handle displayName avatarUrl } } } }
  }
}`);

/** What it asks for when it starts: the first 50 conversations, with what each last said and how much is unread. */
export const conversations = parse(`{
  viewer { conversations(first: 50) { edges { cursor node {
    id lastSeq viewerUnreadCount ... on Group { name avatarUrl }
    lastMessage { id text sentAt sender { id displayName avatarUrl } }
  } } } }
}`);
