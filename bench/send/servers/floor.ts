// The least that a server on Node can do with a message: parse and number it, answer, and write it to each socket of its room. It
// authenticates nobody, and looks up, stores and executes nothing. There is one node.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { announce } from '../../support/announce.ts';

interface Input {
  readonly conversationId: string;
  readonly clientMessageId: string;
  readonly text: string;
}

interface Subscribe {
  readonly id: string;
  readonly type: string;
  readonly payload: { readonly query: string; readonly variables: Input & { readonly input: Input } };
}

interface Room {
  seq: number;
  readonly members: { readonly socket: WebSocket; readonly id: string }[];
}

const rooms = new Map<string, Room>();

function roomOf(id: string): Room {
  const room = rooms.get(id) ?? { seq: 0, members: [] };
  rooms.set(id, room);
  return room;
}

/** Sends a message to the room, as one text that is made once. Returns the mutation's result. */
function say({ conversationId, clientMessageId, text }: Input): string {
  const room = roomOf(conversationId);
  room.seq += 1;
  const { seq } = room;
  const sender = { id: '1', handle: 'member1', displayName: 'Member 1', avatarUrl: null };
  const place = { conversation: { id: conversationId }, sender };
  const node = { id: `${conversationId}:${seq}`, seq, text, sentAt: new Date().toISOString(), clientMessageId, ...place };
  const messageSent = { __typename: 'MessageSent', streamId: conversationId, seq, messageEdge: { node } };
  const payload = JSON.stringify({ data: { messageSent } });
  for (const { socket, id } of room.members) socket.send(`{"id":"${id}","type":"next","payload":${payload}}`);
  return JSON.stringify({ data: { sendMessage: { messageEdge: { node } } } });
}

function take(socket: WebSocket, { id, type, payload }: Subscribe): void {
  if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
  if (type !== 'subscribe') return;
  const { query, variables } = payload;
  if (query.startsWith('subscription')) return void roomOf(variables.conversationId).members.push({ socket, id });
  socket.send(`{"id":${JSON.stringify(id)},"type":"next","payload":${say(variables.input)}}`);
  socket.send(`{"id":${JSON.stringify(id)},"type":"complete"}`);
}

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const body = say(JSON.parse(Buffer.concat(parts).toString()).variables.input);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
  });
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false, handleProtocols: () => 'graphql-transport-ws' });
sockets.on('connection', (socket) => socket.on('message', (data) => take(socket, JSON.parse(String(data)))));
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
