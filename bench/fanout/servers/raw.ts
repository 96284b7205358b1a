// The least that a WebSocket server in Node can do: ws, the same handshake as the other servers, and each event as one prebuilt frame for
// all subscribers.
import type { Socket } from 'node:net';
import { Redis } from 'ioredis';
import { type WebSocket, WebSocketServer } from 'ws';
import { announce } from '../../support/announce.ts';
import { channel, redisUrl } from './serve.ts';

const sockets = new Set<WebSocket & { readonly _socket: Socket }>();
const server = new WebSocketServer(
  { port: 0, host: '127.0.0.1', perMessageDeflate: false, handleProtocols: () => 'graphql-transport-ws' },
  () => {
    announce((server.address() as { readonly port: number }).port);
  },
);
server.on('connection', (socket) => {
  socket.on('message', (message) => {
    const { type } = JSON.parse(String(message));
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
    else sockets.add(socket as WebSocket & { readonly _socket: Socket });
  });
});
const redis = new Redis(redisUrl);
await redis.subscribe(channel);
redis.on('message', (_topic, message) => {
  const payload = Buffer.from(`{"id":"000000","type":"next","payload":{"data":{"messageSent":${message}}}}`);
  const frame = Buffer.concat([Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff]), payload]);
  for (const { _socket } of sockets) _socket.write(frame);
});
