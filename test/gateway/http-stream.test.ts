import { describe, expect, it, onTestFinished } from 'vitest';
import { type PositionInput, SignOutDocument } from '../support/generated/graphql.ts';
import type { Person } from '../support/world.ts';
import { openLab } from './lab.ts';
import { openStream, type RawStream, type Wish } from './raw-stream.ts';
import { frameBytes, longText, type SlowNode, slowNode, wideDocument } from './slow-node.ts';

const eventStream = 'text/event-stream';
const multipart = 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json';

async function stream(node: SlowNode, person: Person, wish: Omit<Wish, 'token'>): Promise<RawStream> {
  const opened = await openStream(node.node.url, { ...wish, token: person.token });
  onTestFinished(opened.terminate);
  return opened;
}

describe('the events of a subscription', () => {
  // An event that is rendered once for all, and one that is rendered for each subscriber.
  it.each(['', 'conversation { viewerUnreadCount }'])('are the same bytes in every transport: %s', async (own) => {
    const node = await slowNode({});
    const [ann, ben] = await node.people('ann', 'ben');
    const group = await node.group(ann, ben);
    const query = `subscription { events { __typename ... on MessageSent { at seq messageEdge { cursor node { id text sender { handle } } } ${own} } } }`;
    const socket = await node.connect(ben);
    const frames: string[] = [];
    socket.socket.on('message', (frame: Buffer) => void frames.push(frame.toString('latin1')));
    socket.subscribe('a', query);
    const [sse, parts] = [await stream(node, ben, { query, accept: eventStream }), await stream(node, ben, { query, accept: multipart })];
    const ready = '{"data":{"events":{"__typename":"StreamReady"}}}';
    await expect
      .poll(() => [frames.length, sse.received(), parts.received()])
      .toEqual([1, expect.stringContaining(ready), expect.stringContaining(ready)]);
    await node.say(ann, group, 'naïve 🐘 "你好"\r\n\r\n--graphql\r\n');
    await expect.poll(() => frames.length).toBe(2);
    const payload = /^\{"id":"a","type":"next","payload":(.*)\}$/.exec(frames[1] ?? '')?.[1];
    expect(payload).toMatch(/^\{"data":\{"events":\{"__typename":"MessageSent",/);
    await expect.poll(sse.received).toBe(`:\n\nevent: next\ndata: ${ready}\n\nevent: next\ndata: ${payload}\n\n`);
    const part = (text: string | undefined) => `\r\ncontent-type: application/json\r\n\r\n{"payload":${text}}\r\n--graphql`;
    await expect.poll(parts.received).toBe(`\r\n--graphql${part(ready)}${part(payload)}`);
  });
});

// Several times what the kernel buffers for a connection that is not read: 10 MB.
const many = 320;
// The number of concurrent messages.
const atOnce = 8;

/** Sends a number of messages. Returns their seqs. */
async function say(node: SlowNode, sender: Person, group: string, count: number): Promise<readonly number[]> {
  const seqs: number[] = [];
  for (let left = count; left > 0; left -= atOnce) {
    const sent = await Promise.all(Array.from({ length: atOnce }, () => node.say(sender, group, longText)));
    seqs.push(...sent.map(({ seq }) => seq));
  }
  return seqs.toSorted((one, other) => one - other);
}

function seqsIn({ received }: RawStream): readonly number[] {
  return [...received().matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq));
}

describe.each([
  ['server-sent events', eventStream],
  ['multipart', multipart],
])('a client over %s that does not read', (_format, accept) => {
  async function follow(node: SlowNode, person: Person, after?: readonly PositionInput[]): Promise<RawStream> {
    const opened = await stream(node, person, { query: wideDocument, variables: { after }, accept });
    await expect.poll(opened.received).toContain('StreamReady');
    return opened;
  }

  it('is cut off after SLOW_SOCKET_MS without affecting others, and resumes from its positions with what it missed', async () => {
    const node = await slowNode({ SLOW_SOCKET_MS: '1000' });
    const [ann, ben] = await node.people('ann', 'ben');
    const group = await node.group(ann, ben);
    const [account, conversation] = await node.positions(ben);
    const [frozen, quick] = [await follow(node, ben), await follow(node, ann)];
    frozen.freeze();
    const seqs = await say(node, ann, group, many);
    // The node has released everything that it held for the client.
    await expect.poll(node.unsent).toBe(0);
    await expect.poll(() => seqsIn(quick)).toEqual(seqs);
    frozen.thaw();
    expect(await frozen.over).toBe('broken off');
    // The last event may be incomplete.
    const had = seqsIn(frozen).slice(0, -1);
    expect(had).toEqual(seqs.slice(0, had.length));
    expect(had.length).toBeLessThan(many);
    if (!account || !conversation) throw new Error('ben follows nothing');
    const back = await follow(node, ben, [account, { ...conversation, seq: had.at(-1) ?? conversation.seq }]);
    expect(seqsIn(back)).toEqual(seqs.slice(had.length));
  });

  it('is also cut off if what it does not read is the end of its subscription', async () => {
    const node = await slowNode({ SLOW_SOCKET_MS: '1000' });
    const [ann, ben] = await node.people('ann', 'ben');
    const group = await node.group(ann, ben);
    const frozen = await follow(node, ben);
    frozen.freeze();
    while (node.unsent() < frameBytes) await say(node, ann, group, atOnce);
    await node.ask(SignOutDocument, { input: {} }, ben);
    await expect.poll(node.unsent).toBe(0);
    frozen.thaw();
    expect(await frozen.over).toBe('broken off');
  });
});

it('a client over HTTP that reads slowly but steadily is not cut off, however far behind it is', async () => {
  // Longer than the kernel’s pauses at this pace, and shorter than the whole download.
  const slowMs = 3_000;
  const node = await slowNode({ SLOW_SOCKET_MS: String(slowMs) });
  const [ann, ben] = await node.people('ann', 'ben');
  const group = await node.group(ann, ben);
  const slow = await stream(node, ben, { query: wideDocument, accept: eventStream });
  await expect.poll(slow.received).toContain('StreamReady');
  slow.slow(2_000);
  const since = performance.now();
  const seqs = await say(node, ann, group, many);
  await expect.poll(node.unsent, { interval: 1 }).toBeGreaterThan(frameBytes);
  await expect.poll(() => seqsIn(slow)).toEqual(seqs);
  expect(performance.now() - since).toBeGreaterThan(1.3 * slowMs);
});

it('a client that disconnects while its subscription is being set up leaves nothing behind', async () => {
  await using lab = await openLab({ LOG_LEVEL: 'debug' });
  const gone = new AbortController();
  const answer = fetch(`${lab.node.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: eventStream, 'x-request-id': 'goes-away' },
    body: JSON.stringify({ query: 'subscription { late(gate: "set up") }' }),
    signal: gone.signal,
  });
  await lab.gates.reached('set up');
  gone.abort();
  await expect(answer).rejects.toThrow('aborted');
  // The node has noticed the disconnect.
  await expect.poll(() => lab.log.find(({ msg }) => msg === 'request answered')).toMatchObject({ requestId: 'goes-away' });
  lab.gates.open('set up');
  await lab.gates.opened('endless returned');
});
