// socket.io rooms, WebSocket only. With its Redis adapter, events come from the adapter of the publishing process. Without it, one Redis
// connection receives them and emits to the room.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { announce } from '../../support/announce.ts';
import { channel, redisUrl } from './serve.ts';

const server = createServer();
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false });
if (process.env['ADAPTER'] === 'redis') {
  io.adapter(createAdapter(new Redis(redisUrl), new Redis(redisUrl)));
} else {
  const redis = new Redis(redisUrl);
  await redis.subscribe(channel);
  redis.on('message', (_topic, message) => io.to('room').emit('message', JSON.parse(message)));
}
io.on('connection', (socket) => void socket.join('room'));
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
