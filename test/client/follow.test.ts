import { createClient } from 'graphql-sse';
import { describe, expect, it } from 'vitest';
import { httpSubscribe } from '../../client/http.ts';
import { followEvents, memoryPositions, type Subscribe } from '../../client/index.ts';
import {
  MarkReadDocument,
  RemoveMemberDocument,
  ResumableConversationDocument,
  type ResumableConversationSubscription,
  SignOutDocument,
} from '../support/generated/graphql.ts';
import type { Person } from '../support/world.ts';
import { cuttableWorld } from './cuttable-world.ts';
import { seqsOf, textsOf } from './followed.ts';
import { type Choices, follow, socketTo } from './follower.ts';

const chat = cuttableWorld();

function bySocket({ token }: Pick<Person, 'token'>): Subscribe {
  return socketTo(chat.link.url, () => token).subscribe;
}

function byHttp({ token }: Pick<Person, 'token'>): Subscribe {
  return httpSubscribe({ url: `${chat.link.url}/graphql`, token: () => token });
}

function bySse({ token }: Pick<Person, 'token'>): Subscribe {
  return createClient({ url: `${chat.link.url}/graphql`, headers: { authorization: `Bearer ${token}` }, retryAttempts: 0 }).subscribe;
}

function from(seq: number): readonly number[] {
  return Array.from({ length: 10_000 }, (_, n) => seq + n);
}

describe.each([
  ['a WebSocket', bySocket],
  ['server-sent events', byHttp],
  ['graphql-sse', bySse],
])('over %s', (_name, transport) => {
  it('each entry comes once and in order, however often the connection is cut', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const [group, direct] = [await chat.group(ann, ben), await chat.direct(ann, ben)];
    let [cuts, count] = [0, 0];
    const { events, states, holes } = follow({
      subscribe: transport(ben),
      onEvent(event) {
        if (event.__typename !== 'MessageSent') return;
        count += 1;
        if (count % 7 === 0) cuts += chat.link.cut();
      },
    });
    await expect.poll(states).toContain('live');
    const texts = Array.from({ length: 60 }, (_, n) => `message ${n}`);
    await Promise.all([chat.sayAll(ann, group, texts), chat.sayAll(ann, direct, texts)]);
    await chat.say(ann, group, 'the end');
    await expect.poll(() => textsOf(events)).toHaveLength(121);
    expect(cuts).toBeGreaterThan(5);
    for (const id of [group, direct, ben.id]) {
      const seqs = seqsOf(events, id);
      expect(seqs).toEqual(from(seqs[0] ?? 0).slice(0, seqs.length));
    }
    expect(seqsOf(events, group)).toHaveLength(61);
    expect(states()).toEqual(expect.arrayContaining(['waiting', 'catching up', 'live']));
    expect(holes).toEqual([]);
  });

  it('a follower that is signed out ends, and does not reconnect', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    let refreshes = 0;
    const refresh = () => {
      refreshes += 1;
      return false;
    };
    const { told, ended, states } = follow({ subscribe: transport(ben), refresh });
    await expect.poll(states).toContain('live');
    await chat.say(ann, group, 'before');
    await expect.poll(told).toContain('before');
    await chat.ask(SignOutDocument, { input: {} }, ben);
    expect(await ended).toMatchObject({ reason: 'signed out' });
    expect(refreshes).toBe(1);
    expect(states().at(-1)).toBe('ended');
  });

  it('a follower whose token is refused refreshes once, and then ends', async () => {
    let refreshes = 0;
    const refresh = () => {
      refreshes += 1;
      return true;
    };
    const { ended, told } = follow({ subscribe: transport({ token: 'none' }), refresh });
    expect(await ended).toMatchObject({ reason: 'signed out' });
    expect([refreshes, told()]).toEqual([1, []]);
  });

  it('one conversation is followed in the same way, until the viewer is removed', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const events: ResumableConversationSubscription['conversationEvents'][] = [];
    const positions = memoryPositions();
    const following = followEvents({
      document: ResumableConversationDocument,
      variables: { id: group },
      subscribe: transport(ben),
      positions,
      random: () => 0,
      onEvent(event) {
        events.push(event);
        if (event.__typename === 'MessageSent') chat.link.cut();
      },
    });
    await expect.poll(() => events).toHaveLength(1);
    await chat.sayAll(ann, group, ['one', 'two', 'three']);
    await expect.poll(() => textsOf(events)).toEqual(['one', 'two', 'three']);
    await chat.ask(RemoveMemberDocument, { input: { groupId: group, userId: ben.id } }, ann);
    expect(await following.ended).toMatchObject({ reason: 'refused', failure: { code: 'NOT_FOUND' } });
    expect(seqsOf(events, group)).toEqual([3, 4, 5]);
    expect(await positions.load()).toEqual([expect.objectContaining({ streamId: group, seq: 5, epoch: expect.any(String) })]);
  });
});

async function live(person: Person, choices: Choices = {}) {
  const follower = follow({ subscribe: bySocket(person), ...choices });
  await expect.poll(follower.states).toContain('live');
  return follower;
}

async function heldOf({ positions }: { readonly positions: { load(): unknown } }): Promise<Map<string, unknown>> {
  return new Map(((await positions.load()) as readonly { readonly streamId: string }[]).map((position) => [position.streamId, position]));
}

it('an event that could not be applied comes again, and no later event comes before it', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const group = await chat.group(ann, ben);
  let failures = 3;
  const { told, states, statuses } = await live(ben, {
    onEvent(event) {
      if (event.__typename !== 'MessageSent' || event.messageEdge?.node.text !== 'two' || failures === 0) return;
      failures -= 1;
      throw new Error('the disk is full');
    },
  });
  await chat.sayAll(ann, group, ['one', 'two', 'three']);
  await expect.poll(told).toContain('three');
  expect(told().filter((text) => text !== 'StreamReady')).toEqual(['one', 'two', 'three']);
  expect([failures, states().filter((state) => state === 'waiting').length]).toEqual([0, 3]);
  expect(JSON.stringify(statuses)).toContain('an event was not applied: the disk is full');
});

it('an event comes when the one before has been applied, and events beyond the queue are read from the log', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const group = await chat.group(ann, ben);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let [applying, most] = [0, 0];
  const { events, statuses } = await live(ben, {
    queueLimit: 5,
    async onEvent(event) {
      applying += 1;
      most = Math.max(most, applying);
      if (event.__typename === 'MessageSent') await gate;
      applying -= 1;
    },
  });
  const texts = Array.from({ length: 20 }, (_, n) => `message ${n}`);
  await chat.sayAll(ann, group, texts);
  open();
  await expect.poll(() => textsOf(events)).toEqual(texts);
  expect(most).toBe(1);
  expect(JSON.stringify(statuses)).toContain('the rest is read from the log');
});

it('ResyncRequired is passed on, and the stream continues from the position that it names', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const group = await chat.group(ann, ben);
  await chat.sayAll(ann, group, ['one', 'two']);
  const gone = await chat.group(ann, ann);
  const { told, positions } = await live(ben, {
    positions: memoryPositions([
      { streamId: group, seq: 3, epoch: 'of another database' },
      { streamId: gone, seq: 1 },
    ]),
  });
  await chat.say(ann, group, 'three');
  await expect.poll(told).toContain('three');
  expect(told().toSorted()).toEqual(['ResyncRequired GONE null', 'ResyncRequired OTHER_EPOCH 4', 'StreamReady', 'three']);
  const held = await heldOf({ positions });
  expect(held.get(group)).toEqual({ streamId: group, seq: 5, epoch: expect.not.stringContaining('another') });
  expect(held.has(gone)).toBe(false);
});

it('a conversation that opens is followed from its beginning, and dropped when it closes', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const { told, positions, holes } = await live(ben, {
    onEvent(event) {
      if (event.__typename === 'ConversationOpened') chat.link.cut();
    },
  });
  const group = await chat.group(ann, ben);
  await chat.say(ann, group, 'hello');
  await expect.poll(told).toContain('hello');
  expect((await heldOf({ positions })).get(group)).toMatchObject({ seq: 3 });
  await chat.ask(RemoveMemberDocument, { input: { groupId: group, userId: ben.id } }, ann);
  await expect.poll(told).toContain('ConversationClosed');
  await expect.poll(async () => (await heldOf({ positions })).has(group)).toBe(false);
  expect(holes).toEqual([]);
});

it('a subscription that the server refuses ends with the reason', async () => {
  const [ben] = await chat.people('ben');
  const document = `subscription ($after: [PositionInput!]) { events(after: $after) {
    __typename nothingOfTheKind
    ... on LogEvent { streamId seq }
    ... on StreamReady { positions { streamId seq epoch } }
    ... on ResyncRequired { streamId lastSeq resyncReason }
    ... on ConversationOpened { position { streamId seq epoch } }
    ... on ConversationClosed { conversationId }
  } }`;
  const { ended } = follow({ subscribe: bySocket(ben), document });
  expect(await ended).toMatchObject({
    reason: 'refused',
    failure: { code: 'BAD_USER_INPUT', message: expect.stringContaining('nothingOfTheKind') },
  });
});

it('a connection that is dead without being closed is given up', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const group = await chat.group(ann, ben);
  const { told, statuses, states } = await live(ben, { subscribe: socketTo(chat.link.url, () => ben.token, { keepAlive: 100 }).subscribe });
  chat.link.set('dropping');
  await chat.say(ann, group, 'missed');
  await expect.poll(states).toContain('waiting');
  chat.link.set('open');
  await expect.poll(told).toContain('missed');
  expect(statuses).toContainEqual(expect.objectContaining({ failure: expect.objectContaining({ code: 4499 }) }));
});

it('markers that moved on another device are sent if the application says what it has', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const group = await chat.group(ann, ben);
  const { seq } = await chat.say(ann, group, 'one');
  await chat.ask(MarkReadDocument, { input: { conversationId: group, seq } }, ben);
  const held = await chat.positions(ben);
  const { told } = await live(ben, { positions: memoryPositions(held), readSeq: (id) => (id === group ? seq : null) });
  expect(told()).toEqual(['StreamReady']);
  const behind = await live(ben, { positions: memoryPositions(held), readSeq: (id) => (id === group ? seq - 1 : null) });
  expect(behind.told()).toEqual(['ViewerMarkersMoved', 'StreamReady']);
});
