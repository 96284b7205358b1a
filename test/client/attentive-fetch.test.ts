import { getEventListeners } from 'node:events';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client/core';
import { cacheExchange, fetchExchange, Client as UrqlClient } from '@urql/core';
import { expect, it, onTestFinished } from 'vitest';
import { ResumeLink } from '../../client/apollo.ts';
import { attentiveFetch, httpSubscribe } from '../../client/http.ts';
import type { ResumeOptions, Status } from '../../client/index.ts';
import { resumeExchange } from '../../client/urql.ts';
import { ResumableDocument } from '../support/generated/graphql.ts';
import { manualClock } from '../support/manual-clock.ts';
import type { Person } from '../support/world.ts';
import { cuttableWorld } from './cuttable-world.ts';
import { type Followed, textsOf } from './followed.ts';
import { follow } from './follower.ts';

const chat = cuttableWorld();

interface Listening {
  readonly url: string;
  readonly token: string;
  readonly clock: { after(ms: number, work: () => void): () => void; now(): number };
  readonly options: Pick<ResumeOptions, 'onStatus' | 'random'>;
  readonly take: (event: Followed) => void;
}

function byPackage({ url, token, clock, options, take }: Listening): void {
  follow({ subscribe: httpSubscribe({ url, token: () => token, clock }), ...options, onEvent: (event) => take(event) });
}

function byApollo({ url, token, clock, options, take }: Listening): void {
  const http = new HttpLink({ uri: url, headers: { authorization: `Bearer ${token}` }, fetch: attentiveFetch(fetch, clock) });
  const client = new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([new ResumeLink(options), http]) });
  const following = client.subscribe({ query: ResumableDocument, fetchPolicy: 'no-cache' }).subscribe(({ data }) => {
    if (data) take(data.events);
  });
  onTestFinished(() => {
    following.unsubscribe();
    client.stop();
  });
}

function byUrql({ url, token, clock, options, take }: Listening): void {
  const client = new UrqlClient({
    url,
    exchanges: [cacheExchange, resumeExchange(options), fetchExchange],
    fetchSubscriptions: true,
    preferGetMethod: false,
    fetch: attentiveFetch(fetch, clock),
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
  });
  const following = client.subscription(ResumableDocument, {}).subscribe(({ data }) => {
    if (data) take(data.events);
  });
  onTestFinished(following.unsubscribe);
}

function listen(way: (listening: Listening) => void, { token }: Person) {
  const moved = manualClock();
  const [events, statuses]: [Followed[], Status[]] = [[], []];
  way({
    url: `${chat.link.url}/graphql`,
    token,
    clock: { now: moved.now, after: (ms, work) => moved.after(ms, async () => work()) },
    options: { random: () => 0, onStatus: (status) => void statuses.push(status) },
    take: (event) => void events.push(event),
  });
  const isLive = () => statuses.at(-1)?.state === 'live';
  const failures = () => statuses.flatMap((status) => (status.state === 'waiting' ? [status.failure.message] : []));
  return { events, isLive, failures, clock: moved };
}

it.each([
  ['the package’s own', byPackage],
  ['Apollo Client’s', byApollo],
  ['urql’s', byUrql],
])('a connection by %s HTTP that is dead without being closed is noticed within half a minute, and nothing is lost', async (_name, way) => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const group = await chat.group(ann, ben);
  const { events, isLive, failures, clock } = listen(way, ben);
  onTestFinished(() => chat.link.set('open'));
  await expect.poll(isLive).toBe(true);
  await chat.say(ann, group, 'before');
  await expect.poll(() => textsOf(events)).toEqual(['before']);
  chat.link.set('dropping');
  await chat.say(ann, group, 'meanwhile');
  await clock.advance(29_999);
  expect(failures()).toEqual([]);
  await clock.advance(1);
  await expect.poll(failures).toContainEqual(expect.stringContaining('nothing was heard for 30000 ms'));
  chat.link.set('open');
  await expect.poll(() => textsOf(events)).toEqual(['before', 'meanwhile']);
});

it('attentiveFetch leaves a response that is not a stream as it is, and an abort is passed on', async () => {
  const attentive = attentiveFetch();
  const [ann] = await chat.people('ann');
  const headers = { authorization: `Bearer ${ann.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ query: '{ viewer { user { handle } } }' });
  const answer = await attentive(`${chat.link.url}/graphql`, { method: 'POST', headers, body });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  expect(await answer.json()).toEqual({ data: { viewer: { user: { handle: ann.handle } } } });
  const leaving = AbortSignal.abort(new Error('left'));
  await expect(attentive(`${chat.link.url}/graphql`, { method: 'POST', headers, body, signal: leaving })).rejects.toThrow('left');
});

it('attentiveFetch works without AbortSignal.any, and with responses that have no stream', async () => {
  const { any } = AbortSignal;
  const [ann] = await chat.people('ann');
  const leaving = new AbortController();
  const ask = (by: typeof fetch, query = '{viewer{user{handle}}}', accept = 'application/json'): Promise<Response> => {
    // Removed only during the call, because Node itself uses it elsewhere.
    Reflect.deleteProperty(AbortSignal, 'any');
    const headers = { authorization: `Bearer ${ann.token}`, accept };
    const answer = attentiveFetch(by)(`${chat.link.url}/graphql?query=${query}`, { headers, signal: leaving.signal });
    Object.assign(AbortSignal, { any });
    return answer;
  };
  const mine = { data: { viewer: { user: { handle: ann.handle } } } };
  const asApps = async (...asked: Parameters<typeof fetch>): Promise<Response> => {
    const text = await (await fetch(...asked)).text();
    return Object.defineProperty(new Response(text), 'body', { value: undefined });
  };
  for (const by of [fetch, asApps]) expect(await (await ask(by)).json()).toEqual(mine);
  // One signal for many requests collects no listeners.
  expect(getEventListeners(leaving.signal, 'abort')).toEqual([]);
  const endless = await ask(fetch, 'subscription{events{__typename}}', 'text/event-stream');
  leaving.abort(new Error('left'));
  await expect(endless.text()).rejects.toThrow('left');
});
