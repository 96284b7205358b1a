import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { MarkReadDocument } from '../support/generated/graphql.ts';
import type { Person } from '../support/world.ts';
import { createGates } from './gates.ts';
import { openLab } from './lab.ts';
import { openRaw, type RawSocket } from './raw-socket.ts';
import { frameBytes, longText, type SlowNode, slowNode, wideDocument } from './slow-node.ts';

const queueBytes = 65_536;
// Small queues, so that a few MB are much, and limits longer than any test until a socket counts as stuck or dead.
const tight = { SOCKET_QUEUE_BYTES: String(queueBytes), SUBSCRIPTION_QUEUE: '32', SLOW_SOCKET_MS: '600000', SOCKET_PING_MS: '600000' };
// The bytes that a tick collects before it looks at the socket.
const gathered = 65_536;
// Several times what the kernel buffers for a socket that is not read: 10 MB.
const many = 320;
// The number of concurrent messages.
const atOnce = 8;

/** An event of the wide document. */
interface WideEvent {
  readonly __typename: string;
  readonly seq?: number;
  readonly lastSeq?: number;
  readonly resyncReason?: string;
}

async function nextEvent(socket: RawSocket): Promise<WideEvent> {
  const { type, payload } = await socket.next();
  if (type !== 'next' || payload.errors) throw new Error(`not an event: ${JSON.stringify({ type, payload }).slice(0, 500)}`);
  return payload.data.events;
}

/** Reads up to and including the first event that matches. */
async function readUntil(socket: RawSocket, fits: (event: WideEvent) => boolean): Promise<readonly WideEvent[]> {
  const seen: WideEvent[] = [];
  do seen.push(await nextEvent(socket));
  while (!seen.slice(-1).some(fits));
  return seen;
}

function seqsOf(events: readonly WideEvent[]): readonly number[] {
  return events.flatMap(({ seq }) => seq ?? []);
}

function fromTo(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

/** A group of three, one of whom does not read. The first message has seq 4. */
async function stalled(node: SlowNode) {
  const [ann, ben, cat] = await node.people('ann', 'ben', 'cat');
  const group = await node.group(ann, ben, cat);
  const [slow, quick] = [await node.follow(ben), await node.follow(ann)];
  slow.socket.pause();
  let mostUnsent = 0;
  return {
    ...{ slow, quick },
    mostUnsent: () => mostUnsent,
    /** Sends a number of messages. Returns the seq of the last. */
    async say(count: number): Promise<number> {
      let last = 0;
      for (let left = count; left > 0; left -= atOnce) {
        const sent = await Promise.all(Array.from({ length: Math.min(left, atOnce) }, () => node.say(ann, group, longText)));
        last = Math.max(last, ...sent.map(({ seq }) => seq));
        mostUnsent = Math.max(mostUnsent, node.unsent());
      }
      return last;
    },
    catReads: (seq: number) => node.ask(MarkReadDocument, { input: { conversationId: group, seq } }, cat),
  };
}

/** A client that does not read, and whose queue is full from the start with entries that it missed: from 4 on, after the first has come. */
async function behindAtOnce(node: SlowNode, sender: Person, reader: Person) {
  const group = await node.group(sender, reader);
  const after = await node.positions(reader);
  const say = () => node.say(sender, group, longText);
  let last = 0;
  for (let sent = 0; sent < many; sent += atOnce)
    last = Math.max(...(await Promise.all(Array.from({ length: atOnce }, say))).map(({ seq }) => seq));
  const slow = await node.connect(reader);
  slow.subscribe('events', wideDocument, { after });
  await slow.next();
  slow.socket.pause();
  return { slow, last };
}

describe('a client that stops reading', () => {
  it('costs at most its queue and nobody else, and gets every entry once and in order when it reads again', async () => {
    const node = await slowNode(tight);
    const { slow, quick, say, mostUnsent } = await stalled(node);
    const last = await say(many);
    expect(seqsOf(await readUntil(quick, ({ seq }) => seq === last))).toEqual(fromTo(4, last));
    expect(node.unsent()).toBeGreaterThan(0);
    expect(mostUnsent()).toBeGreaterThan(queueBytes);
    expect(mostUnsent()).toBeLessThanOrEqual(queueBytes + gathered + frameBytes);
    slow.socket.resume();
    expect(seqsOf(await readUntil(slow, ({ seq }) => seq === last))).toEqual(fromTo(4, last));
    const live = await say(1);
    expect(await nextEvent(slow)).toMatchObject({ __typename: 'MessageSent', seq: live });
  });

  it('gets no receipts of that time later, and other clients get them at once', async () => {
    const node = await slowNode(tight);
    const { slow, quick, say, catReads } = await stalled(node);
    const last = await say(many);
    await readUntil(quick, ({ seq }) => seq === last);
    await catReads(last);
    await readUntil(quick, ({ __typename }) => __typename === 'ReceiptMoved');
    slow.socket.resume();
    const seen = await readUntil(slow, ({ seq }) => seq === last);
    expect(seqsOf(seen)).toEqual(fromTo(4, last));
    expect(new Set(seen.map(({ __typename }) => __typename))).toEqual(new Set(['MessageSent']));
    const next = await say(1);
    await catReads(next);
    expect((await readUntil(slow, ({ __typename }) => __typename === 'ReceiptMoved')).map(({ __typename }) => __typename)).toEqual([
      'MessageSent',
      'ReceiptMoved',
    ]);
  });

  it('gets ResyncRequired once it is further behind than MAX_GAP', async () => {
    const node = await slowNode({ ...tight, MAX_GAP: '100' });
    const { slow, say } = await stalled(node);
    const last = await say(many);
    slow.socket.resume();
    const seen = await readUntil(slow, ({ __typename }) => __typename === 'ResyncRequired');
    expect(seqsOf(seen)).toEqual(fromTo(4, 3 + seqsOf(seen).length));
    expect(seqsOf(seen).length).toBeLessThan(many - 100);
    expect(seen.at(-1)).toEqual({ __typename: 'ResyncRequired', lastSeq: last, resyncReason: 'GAP_TOO_LARGE' });
    const live = await say(1);
    expect(await nextEvent(slow)).toMatchObject({ __typename: 'MessageSent', seq: live });
  });

  it('is closed with 4510 when its queue is full for SLOW_SOCKET_MS, and the reason tells it to reconnect', async () => {
    const node = await slowNode({ ...tight, SLOW_SOCKET_MS: '200' });
    const { slow, quick, say } = await stalled(node);
    const last = await say(many);
    await expect.poll(() => node.closing()).toEqual([4510]);
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 4510, reason: 'Reading too slowly. Connect again with your positions' });
    expect(seqsOf(await readUntil(quick, ({ seq }) => seq === last))).toEqual(fromTo(4, last));
  });

  it('is not taken for dead because its pong waits behind unsent data', async () => {
    const node = await slowNode({ ...tight, SOCKET_PING_MS: '500' });
    const [ann, ben] = await node.people('ann', 'ben');
    const { slow, last } = await behindAtOnce(node, ann, ben);
    const quick = await node.follow(ann);
    for (let pings = 0; pings < 3; pings += 1) await once(quick.socket, 'ping');
    expect(node.unsent()).toBeGreaterThan(queueBytes);
    slow.socket.resume();
    expect(seqsOf(await readUntil(slow, ({ seq }) => seq === last))).toEqual(fromTo(4, last));
  });
});

describe('a client that asks without reading', () => {
  it('is disconnected once 16 MiB of answers are unsent, also if it asked before the first of them', async () => {
    const gates = createGates();
    const schema = buildSchema('type Query { long: String! }');
    const [asked, length] = [32, 1_000_000];
    let begun = 0;
    Object.assign(schema.getQueryType()?.getFields()['long'] ?? {}, {
      async resolve() {
        begun += 1;
        if (begun === asked) gates.open('all');
        await gates.opened('all');
        return 'x'.repeat(length);
      },
    });
    await using lab = await openLab({}, schema);
    const socket = await openRaw(lab.node.url);
    await socket.init();
    socket.socket.pause();
    for (let n = 0; n < asked; n += 1) socket.subscribe(String(n), '{ long }');
    await gates.opened('all');
    // The node answers requests after it has answered what was asked before.
    await fetch(`${lab.node.url}/graphql?query={long}`);
    let read = 0;
    socket.socket.on('message', () => {
      read += 1;
    });
    socket.socket.resume();
    expect(await socket.closed).toMatchObject({ code: 1006 });
    // The kernel holds some more.
    expect(read).toBeLessThan(asked);
  });
});

describe('a client that reads slowly but steadily', () => {
  it('is not closed, however long it is behind', async () => {
    const slowMs = 2_000;
    const node = await slowNode({ ...tight, SLOW_SOCKET_MS: String(slowMs) });
    const [ann, ben] = await node.people('ann', 'ben');
    const { slow, last } = await behindAtOnce(node, ann, ben);
    // About 2 MB a second: what it has missed takes several times as long as its queue may stay full.
    slow.socket.on('message', () => {
      if (slow.socket.isPaused) return;
      slow.socket.pause();
      void delay(40).then(() => slow.socket.resume());
    });
    slow.socket.resume();
    const since = performance.now();
    await expect.poll(() => node.unsent(), { interval: 1 }).toBeGreaterThan(queueBytes);
    expect(seqsOf(await readUntil(slow, ({ seq }) => seq === last))).toEqual(fromTo(4, last));
    expect(performance.now() - since).toBeGreaterThan(1.5 * slowMs);
    expect(node.closing()).toEqual([]);
  });
});
