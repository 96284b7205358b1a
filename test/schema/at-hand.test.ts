import { type ExecutionResult, execute, parse } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inConversation } from '../../schema/event.ts';
import { createContext, forEveryone, schema } from '../../schema/index.ts';
import type { FeedEvent } from '../../src/feed/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type Cast, openCast } from './cast.ts';

let cast: Cast;
beforeAll(async () => {
  cast = await openCast();
});
afterAll(() => cast[Symbol.asyncDispose]());

const document = parse(`subscription { events { ... on MessageSent {
  streamId seq actor { displayName } conversation { id }
  messageEdge { cursor node { id text conversation { id lastSeq ... on Group { name description } } sender { id handle displayName } } } } } }`);

function shown(event: FeedEvent): ExecutionResult | Promise<ExecutionResult> {
  if (event.kind !== 'entry') throw new TypeError(`${event.kind} is no entry`);
  const viewer = cast.people.member;
  const context = createContext({ chat: cast.chat, viewer, address: '127.0.0.1', requestId: 'test', signal: AbortSignal.abort() });
  return execute({ schema, document, rootValue: inConversation(event.entry), contextValue: forEveryone(context) }) as ReturnType<
    typeof shown
  >;
}

/** The result of `look` for the next message that a user gets, called in the turn that delivers it. */
async function lookAtNext<T>(
  viewer: Viewer,
  conversationId: bigint,
  look: (event: FeedEvent) => T,
): Promise<{ event: FeedEvent; seen: T }> {
  const leaving = new AbortController();
  const events = cast.chat.feed.conversationEvents(viewer, { conversationId, signal: leaving.signal });
  const { promise, resolve } = Promise.withResolvers<{ event: FeedEvent; seen: T }>();
  const live = Promise.withResolvers<void>();
  events.watch({
    take(event) {
      if (event.kind === 'ready') live.resolve();
      if (event.kind === 'entry') resolve({ event, seen: look(event) });
      return true;
    },
    wake: () => undefined,
  });
  await live.promise;
  await cast.say('sender', conversationId, 'a word');
  const found = await promise;
  leaving.abort();
  await events.return();
  return found;
}

it('a message whose hint has its sender and conversation is shown at once, with the same result as when these are read', async () => {
  const { event, seen } = await lookAtNext(cast.people.member, cast.group, shown);
  expect(seen).not.toBeInstanceOf(Promise);
  const later = shown(event);
  expect(later).toBeInstanceOf(Promise);
  expect(JSON.stringify(await seen)).toBe(JSON.stringify(await later));
  expect(await seen).toMatchObject({
    data: {
      events: { messageEdge: { node: { text: 'a word', sender: { displayName: 'Sue' }, conversation: { description: 'All of us' } } } },
    },
  });
});

it('what the hint does not have is read', async () => {
  const { seen } = await lookAtNext(cast.people.inTouch, cast.direct, shown);
  expect(seen).toBeInstanceOf(Promise);
  expect(await seen).toMatchObject({ data: { events: { messageEdge: { node: { text: 'a word', sender: { displayName: 'Sue' } } } } } });
});
