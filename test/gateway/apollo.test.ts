import { CombinedProtocolErrors, HttpLink } from '@apollo/client/core';
import { expect, it, onTestFinished } from 'vitest';
import { ConversationStateDocument, EventsDocument, FollowDocument, SignOutDocument } from '../support/generated/graphql.ts';
import { type Person, world } from '../support/world.ts';
import { apolloClient } from './client-libraries.ts';
import { overhear } from './overheard-fetch.ts';

const chat = world();

async function open({ token }: Person) {
  const { fetch, requested } = overhear();
  const client = await apolloClient(new HttpLink({ uri: `${chat.url}/graphql`, headers: { authorization: `Bearer ${token}` }, fetch }));
  onTestFinished(() => client.stop());
  return { client, requested };
}

it('Apollo Client updates its watched queries from events, without further requests', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.group(ann, ben);
  const { client, requested } = await open(ben);
  const before = requested().length;
  const heads: (number | undefined)[] = [];
  const watched = client.watchQuery({ query: ConversationStateDocument, variables: { id } });
  const watching = watched.subscribe(({ data }) => void heads.push(data?.conversation?.lastSeq));
  const told: string[] = [];
  const following = client.subscribe({ query: FollowDocument }).subscribe(({ data }) => void told.push(String(data?.events?.__typename)));
  onTestFinished(() => {
    watching.unsubscribe();
    following.unsubscribe();
  });
  await expect.poll(() => told).toEqual(['StreamReady']);
  const [first, second] = await chat.sayAll(ann, id, ['one', 'two']);
  await expect.poll(() => told).toEqual(['StreamReady', 'MessageSent', 'MessageSent']);
  await expect.poll(() => heads.slice(-2)).toEqual([first?.seq, second?.seq]);
  // The query and the subscription.
  expect(requested().length - before).toBe(2);
});

it('Apollo Client reports a sign-out as a protocol error with its code, and nothing comes after it', async () => {
  const [ben] = await chat.people('ben');
  const { client } = await open(ben);
  const results: unknown[] = [];
  const { promise: complete, resolve } = Promise.withResolvers<void>();
  client.subscribe({ query: EventsDocument }).subscribe({ next: (result) => void results.push(result), complete: resolve });
  await expect.poll(() => results.length).toBe(1);
  await chat.ask(SignOutDocument, { input: {} }, ben);
  await complete;
  expect(results).toEqual([expect.anything(), { data: undefined, error: expect.any(CombinedProtocolErrors) }]);
  expect(results[1]).toMatchObject({ error: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
});
