import { expect, test } from 'vitest';
import { embeddedChat } from '../support/chat.ts';
import { person } from '../support/people.ts';
import { ask } from './asking.ts';

test('try', async () => {
  await using chat = await embeddedChat();
  const alice = await person(chat, 'alice');
  const bob = await person(chat, 'bob');
  console.log(JSON.stringify(await ask(chat, alice, '{ viewer { user { id handle } positions { streamId seq epoch } unread { messages } sessions { id viewerIsCurrent } events(afterSeq: 0) { edges { cursor node { __typename seq streamId } } } } }')));
  const { data } = await ask(chat, alice, 'query($h: String!) { user(handle: $h) { id } }', { h: (await chat.users.byIds([bob.userId]))[0]?.handle });
  const opened = await ask(chat, alice, 'mutation($u: ID!) { openDirectConversation(input: {userId: $u}) { conversationEdge { cursor node { id lastSeq __typename ... on DirectConversation { viewerPeer { handle } } } } errors { code field message } } }', { u: data.user.id });
  console.log(JSON.stringify(opened));
  const sent = await ask(chat, alice, 'mutation($c: ID!) { sendMessage(input: {conversationId: $c, clientMessageId: "a", text: "hi"}) { messageEdge { cursor node { id seq conversation { id lastSeq viewerUnreadCount viewerLastMessage { text } messages { edges { cursor } pageInfo { hasNextPage hasPreviousPage} } } } } errors { code field message } } }', { c: opened.data.openDirectConversation.conversationEdge.node.id });
  console.log(JSON.stringify(sent));
  expect(sent.errors).toEqual([]);
});
