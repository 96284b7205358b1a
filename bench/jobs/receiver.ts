import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// An app's server that takes what it is sent, and does nothing with it. Asked anything, it tells how many requests have come.

let requests = 0;
const server = createServer((request, response) => {
  requests += 1;
  request.resume().once('end', () => void response.writeHead(204).end());
});
process.on('message', () => process.send?.(requests));
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
