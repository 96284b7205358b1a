// The members of all rooms, some of whom send, over GraphQL, in a process of their own. Each has one socket, which receives every message
// of its room. They send by HTTP requests or by mutations on that socket. Every delivery is checked.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { abreast } from '../support/abreast.ts';
import { type MemberSocket, openMember } from '../support/member-sockets.ts';
import { answerRuns } from './answer-runs.ts';
import { HttpLines } from './http-line.ts';
import type { LoadPlan, Transport } from './load-plan.ts';
import { RoomOrder } from './room-order.ts';
import { Tally } from './tally.ts';
import { textOf } from './text.ts';
import type { Send } from './traffic.ts';

const plan = await new Promise<LoadPlan>((resolve) => process.once('message', resolve));
const tally = new Tally(plan.rooms.length);
const nodes = [plan.port, ...(plan.otherPorts ?? [])].map((port) => ({ port, lines: new HttpLines(port) }));
/** Messages that nobody has received yet, by their clientMessageId. */
const unseen = new Map<string, { readonly text: string; readonly due: number }>();
const orders = plan.rooms.map(({ members }) => new RoomOrder(members.length, readEvent));
const sockets: MemberSocket[][] = plan.rooms.map(() => []);
const seqMark = Buffer.from('"seq":');
let sent = 0;

interface SentMessage {
  readonly seq: number;
  readonly text: string;
  readonly clientMessageId: string;
}

/** The message in a result, whatever its field is called. */
function messageIn(result: unknown): SentMessage {
  const { data } = result as { readonly data?: Readonly<Record<string, { readonly messageEdge?: { readonly node: SentMessage } }>> };
  const message = Object.values(data ?? {})[0]?.messageEdge?.node;
  if (message === undefined) throw new Error(`no message: ${JSON.stringify(result)}`);
  return message;
}

function readEvent(payload: Buffer): number {
  const { clientMessageId, text } = messageIn(JSON.parse(payload.toString()));
  const known = unseen.get(clientMessageId);
  if (known === undefined) throw new Error(`nobody sent ${clientMessageId}, or it came under two numbers`);
  if (known.text !== text) throw new Error(`${known.text} arrived as ${text}`);
  unseen.delete(clientMessageId);
  return known.due;
}

/** Reads `"seq":123` of an event without parsing it: an event is parsed once, not once per receiver. */
function seqIn(bytes: Buffer, start: number): number {
  let seq = 0;
  for (let at = bytes.indexOf(seqMark, start) + seqMark.length; ; at += 1) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return seq;
    seq = seq * 10 + digit;
  }
}

function nodeOf(member: number): (typeof nodes)[number] {
  const node = nodes[member % nodes.length];
  if (node === undefined) throw new Error('there is a node');
  return node;
}

async function send(transport: Transport, slot: number, due: number): Promise<void> {
  const room = slot % plan.rooms.length;
  const { id = '', members = [] } = plan.rooms[room] ?? {};
  const member = Math.floor(slot / plan.rooms.length) % members.length;
  const input = { conversationId: id, clientMessageId: randomUUID(), text: textOf(sent++) };
  unseen.set(input.clientMessageId, { text: input.text, due });
  tally.sent(members.length);
  const body = JSON.stringify({ query: plan.send, variables: { input } });
  const result = await (transport === 'http'
    ? nodeOf(member)
        .lines.post(members[member] ?? '', body)
        .then(JSON.parse)
    : sockets[room]?.[member]?.mutate(body));
  tally.noteAck(room, messageIn(result).seq, due);
}

async function open(room: number, member: number, place: number): Promise<void> {
  const { id = '', members = [] } = plan.rooms[room] ?? {};
  const order = orders[room];
  const socket = await openMember({
    port: nodeOf(member).port,
    token: members[member] ?? '',
    id: String(place).padStart(6, '0'),
    subscription: { query: plan.subscription, ...(plan.byRoom && { variables: { conversationId: id } }) },
    ready: plan.ready,
    onEvent(bytes, start, end) {
      const received = order?.note(member, seqIn(bytes, start), bytes, start, end);
      if (received === undefined) return;
      if (received.early) tally.disordered += 1;
      tally.noteDelivery(received.due);
    },
  });
  sockets[room]?.splice(member, 1, socket);
}

// Number of sockets that connect at a time: more would only wait in the server's backlog.
const atOnce = 50;

async function openAll(): Promise<void> {
  const places = plan.rooms.flatMap(({ members }, room) => members.map((_, member) => ({ room, member })));
  for (const [room, { members }] of plan.rooms.entries()) sockets[room] = new Array(members.length);
  await abreast(places, atOnce, ({ room, member }, place) => open(room, member, place));
}

// A server that does not announce live subscriptions is sent messages until every member has received one.
const probeMs = 300;
const probes = 200;

async function reachAll(): Promise<void> {
  for (let probe = 0; orders.some(({ silent }) => silent > 0); probe += 1) {
    if (probe === probes) throw new Error('some members receive nothing');
    await Promise.all(orders.map((order, room) => (order.silent > 0 ? send('http', room, performance.now()) : undefined)));
    await delay(probeMs);
  }
  // The last of them may still be in flight to a member.
  await delay(2 * probeMs);
  settle();
}

function settle(): void {
  for (const order of orders) order.settle();
  if (unseen.size > 0) throw new Error(`${unseen.size} messages were seen by nobody`);
}

await openAll();
await reachAll();
answerRuns(
  tally,
  (transport): Send =>
    (slot, due) =>
      send(transport, slot, due),
  settle,
);
