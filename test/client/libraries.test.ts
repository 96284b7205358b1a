import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client/core';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { cacheExchange, fetchExchange, subscriptionExchange, Client as UrqlClient } from '@urql/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EndedError, ResumeLink, type ResumeLinkOptions } from '../../client/apollo.ts';
import { httpSubscribe } from '../../client/http.ts';
import { resumeExchange } from '../../client/urql.ts';
import {
  EventsDocument,
  MeDocument,
  ResumableConversationDocument,
  ResumableDocument,
  SignOutDocument,
  WatchDocument,
} from '../support/generated/graphql.ts';
import type { Person } from '../support/world.ts';
import type { Application, Sink } from './application.ts';
import { cuttableWorld } from './cuttable-world.ts';
import { type Followed, seqsOf, textsOf } from './followed.ts';
import { socketTo } from './follower.ts';
import { relayApplication } from './relay/application.ts';

const chat = cuttableWorld();

type Make = (person: Person) => Application;

const options: ResumeLinkOptions = { random: () => 0 };

function apollo(link: ApolloLink): Application {
  const client = new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([new ResumeLink(options), link]) });
  onTestFinished(() => client.stop());
  const follow = <D, V extends Record<string, unknown>>(
    query: Parameters<typeof client.subscribe<D, V>>[0]['query'],
    variables: V,
    read: (data: D) => Followed,
    sink: Sink,
  ): (() => void) => {
    const following = client.subscribe<D>({ query, variables, fetchPolicy: 'no-cache' }).subscribe({
      next: ({ data, error }) => (error ? sink.end(error) : sink.next(read(data as D))),
      complete: () => sink.end(null),
    });
    return () => following.unsubscribe();
  };
  return {
    me: async () => (await client.query({ query: MeDocument })).data?.viewer?.user.id,
    presence: (id) =>
      new Promise((resolve, reject) => {
        const watching = client.subscribe({ query: WatchDocument, variables: { userIds: [id] } }).subscribe({
          next({ data }) {
            resolve(data?.presence?.user?.id);
            watching.unsubscribe();
          },
          error: reject,
        });
      }),
    events: (sink) => follow(ResumableDocument, {}, ({ events }) => events, sink),
    incomplete: (sink) => follow(EventsDocument, {}, ({ events }) => events as unknown as Followed, sink),
    conversation: (id, after, sink) => follow(ResumableConversationDocument, { id, after }, (data) => data.conversationEvents, sink),
  };
}

const apolloByHttp: Make = ({ token }) =>
  apollo(new HttpLink({ uri: `${chat.link.url}/graphql`, headers: { authorization: `Bearer ${token}` } }));
const apolloBySocket: Make = ({ token }) => apollo(new GraphQLWsLink(socketTo(chat.link.url, () => token)));

function urql({ token }: Person, bySocket: boolean): Application {
  const socket = socketTo(chat.link.url, () => token);
  const subscriptions = subscriptionExchange({
    forwardSubscription: ({ query = '', variables }) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink as Parameters<typeof socket.subscribe>[1]) }),
    }),
  });
  const client = new UrqlClient({
    url: `${chat.link.url}/graphql`,
    exchanges: [cacheExchange, resumeExchange(options), fetchExchange, ...(bySocket ? [subscriptions] : [])],
    fetchSubscriptions: !bySocket,
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
  });
  const follow = <D, V extends Record<string, unknown>>(
    document: Parameters<typeof client.subscription<D, V>>[0],
    variables: V,
    read: (data: D) => Followed,
    sink: Sink,
  ): (() => void) =>
    client.subscription<D, V>(document, variables).subscribe(({ data, error }) => {
      if (error) sink.end(error.networkError ?? error);
      else if (data !== undefined) sink.next(read(data));
    }).unsubscribe;
  return {
    me: async () => (await client.query(MeDocument, {})).data?.viewer?.user.id,
    presence: (id) =>
      new Promise((resolve) => {
        const { unsubscribe } = client.subscription(WatchDocument, { userIds: [id] }).subscribe(({ data }) => {
          resolve(data?.presence.user.id);
          void Promise.resolve().then(() => unsubscribe());
        });
      }),
    events: (sink) => follow(ResumableDocument, {}, ({ events }) => events, sink),
    incomplete: (sink) => follow(EventsDocument, {}, ({ events }) => events as unknown as Followed, sink),
    conversation: (id, after, sink) => follow(ResumableConversationDocument, { id, after }, (data) => data.conversationEvents, sink),
  };
}

function relay(person: Person, bySocket: boolean): Application {
  const [url, token] = [chat.link.url, () => person.token];
  const subscribe = bySocket ? socketTo(url, token).subscribe : httpSubscribe({ url: `${url}/graphql`, token });
  return relayApplication({ url, person, subscribe, options });
}

function collect() {
  const events: Followed[] = [];
  const { promise: ended, resolve: end } = Promise.withResolvers<Error | null>();
  return { events, ended, sink: { next: (event: Followed) => void events.push(event), end } };
}

describe.each<[string, Make]>([
  ['Apollo Client over HTTP', apolloByHttp],
  ['Apollo Client over a WebSocket', apolloBySocket],
  ['urql over HTTP', (person) => urql(person, false)],
  ['urql over a WebSocket', (person) => urql(person, true)],
  ['Relay over HTTP', (person) => relay(person, false)],
  ['Relay over a WebSocket', (person) => relay(person, true)],
])('%s', (_name, make) => {
  it('gets one unbroken stream, however often the connection is cut', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const events: Followed[] = [];
    let cuts = 0;
    const leave = make(ben).events({
      next(event) {
        events.push(event);
        if (event.__typename === 'MessageSent' && events.length % 5 === 0) cuts += chat.link.cut();
      },
      end: (error) => expect.fail(String(error)),
    });
    onTestFinished(leave);
    await expect.poll(() => events).toHaveLength(1);
    const texts = Array.from({ length: 30 }, (_, n) => `message ${n}`);
    await chat.sayAll(ann, group, texts);
    await expect.poll(() => textsOf(events)).toEqual(texts);
    expect(cuts).toBeGreaterThan(2);
    expect(seqsOf(events, group)).toEqual(texts.map((_, n) => n + 3));
  });

  it('resumes from the position in its variables, and its other operations work as before', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    await chat.sayAll(ann, group, ['one', 'two']);
    const application = make(ben);
    expect(await application.me()).toBe(ben.id);
    expect(await application.presence(ann.id)).toBe(ann.id);
    const { events, sink } = collect();
    onTestFinished(application.conversation(group, 3, sink));
    await expect.poll(() => textsOf(events)).toEqual(['two']);
    chat.link.cut();
    await chat.say(ann, group, 'three');
    await expect.poll(() => textsOf(events)).toEqual(['two', 'three']);
  });

  it('gets the end with its reason, and does not reconnect', async () => {
    const [ben] = await chat.people('ben');
    const { events, ended, sink } = collect();
    onTestFinished(make(ben).events(sink));
    await expect.poll(() => events).toHaveLength(1);
    await chat.ask(SignOutDocument, { input: {} }, ben);
    const error = await ended;
    expect(error).toBeInstanceOf(EndedError);
    expect(error).toMatchObject({ end: { reason: 'signed out' } });
    expect(events).toHaveLength(1);
  });

  it('is refused with what its document lacks', async () => {
    const [ben] = await chat.people('ben');
    const { ended, sink } = collect();
    onTestFinished(make(ben).incomplete(sink));
    expect(String(await ended)).toContain('... on ResyncRequired { streamId lastSeq resyncReason }');
  });

  it('ends its subscription on the server when it unsubscribes', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const { events, sink } = collect();
    const leave = make(ben).events(sink);
    await expect.poll(() => events).toHaveLength(1);
    expect(chat.node.chat.feed.load().subscriptions).toBe(1);
    leave();
    await expect.poll(() => chat.node.chat.feed.load().subscriptions).toBe(0);
    await chat.say(ann, group, 'unheard');
    expect(events).toHaveLength(1);
  });
});
