import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// An app's server that accepts each request and does nothing with it. At any message of its parent, it sends back how many requests have
// come.

let requests = 0;
const server = createServer((request, response) => {
  requests += 1;
  request.resume().once('end', () => void response.writeHead(204).end());
});
process.on('message', () => process.send?.(requests));
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
