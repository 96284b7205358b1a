import WebSocket from 'ws';
import type { FleetMember, FleetPlan, FleetReport, ToFleet } from './reconnect-fleet.ts';

// A process with clients that behave as docs/api/subscriptions.md says. Each keeps its positions, reconnects after any close that allows
// it, and records every promise that was not kept.

// The close codes after which a client must not reconnect: the 44xx codes except an expired token, and errors of the server.
const forGood: ReadonlySet<number> = new Set([4400, 4401, 4406, 4409, 4429, 4500, 1009]);
// Reconnects soon, but not all clients at once.
const [soonestMs, spreadMs] = [200, 600];

interface Event {
  readonly __typename: string;
  readonly streamId?: string;
  readonly seq?: number;
  readonly positions?: readonly { readonly streamId: string; readonly seq: number; readonly epoch: string }[];
}

interface Client {
  readonly member: FleetMember;
  readonly positions: Map<string, FleetMember['after'][number]>;
  socket: WebSocket | undefined;
  ready: boolean;
}

let plan: FleetPlan = { document: '', streamId: '', members: [] };
let clients: readonly Client[] = [];
let url = '';
let holding = false;
let began = 0;
let readyMs = 0;
const faults: string[] = [];
const closes: Record<string, number> = {};

function seqOf({ positions }: Client): number {
  return positions.get(plan.streamId)?.seq ?? 0;
}

function fault(client: Client, what: string): void {
  if (faults.length < 5) faults.push(`client ${clients.indexOf(client)} at ${seqOf(client)}: ${what}`);
}

function take(client: Client, event: Event): void {
  const { __typename: type, streamId, seq, positions } = event;
  if (streamId !== undefined && seq !== undefined) {
    const before = client.positions.get(streamId);
    if (before !== undefined && seq !== before.seq + 1) fault(client, `got ${seq} after ${before.seq}`);
    client.positions.set(streamId, { ...before, streamId, seq });
  } else if (type === 'StreamReady') {
    for (const position of positions ?? []) {
      const before = client.positions.get(position.streamId);
      if (before !== undefined && before.seq !== position.seq) fault(client, `is ready at ${position.seq}, having ${before.seq}`);
      client.positions.set(position.streamId, position);
    }
    client.ready = true;
    readyMs = performance.now() - began;
  } else {
    fault(client, JSON.stringify(event));
  }
}

function receive(client: Client, socket: WebSocket, text: string): void {
  const { type, payload } = JSON.parse(text);
  if (type === 'connection_ack') {
    const variables = { after: [...client.positions.values()] };
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: client.member.document ?? plan.document, variables } }));
  } else if (type === 'next' && payload.errors === undefined) {
    take(client, payload.data.events);
  } else {
    fault(client, text.slice(0, 300));
  }
}

function connect(client: Client): void {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { perMessageDeflate: false });
  client.socket = socket;
  socket.on('open', () =>
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${client.member.token}` } })),
  );
  socket.on('message', (text) => receive(client, socket, String(text)));
  // The close event says what is wrong with the connection.
  socket.on('error', () => undefined);
  socket.on('close', (code, reason) => {
    closes[code] = (closes[code] ?? 0) + 1;
    client.ready = false;
    client.socket = undefined;
    if (forGood.has(code)) fault(client, `closed with ${code} ${reason}`);
    else if (!holding) setTimeout(() => connect(client), soonestMs + spreadMs * Math.random());
  });
}

function connectAll(): void {
  holding = false;
  began = performance.now();
  for (const client of clients) connect(client);
}

function report(): FleetReport {
  const seqs = clients.map(seqOf);
  return {
    connected: clients.filter(({ socket }) => socket?.readyState === WebSocket.OPEN).length,
    ready: clients.filter(({ ready }) => ready).length,
    readyMs: Math.round(readyMs),
    least: Math.min(...seqs),
    most: Math.max(...seqs),
    faults,
    closes,
  };
}

process.on('message', (message: ToFleet) => {
  if (message.kind === 'plan') {
    plan = message.plan;
    clients = plan.members.map((member) => ({
      member,
      positions: new Map(member.after.map((position) => [position.streamId, position])),
      socket: undefined,
      ready: false,
    }));
  } else if (message.kind === 'connect') {
    url = message.url;
    connectAll();
  } else if (message.kind === 'hold') {
    holding = true;
  } else {
    process.send?.(report());
  }
});
