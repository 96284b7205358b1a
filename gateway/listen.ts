import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from '../src/config/index.ts';

/** Where to listen. */
export interface Place {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Prefix of the variables for host and port: '' for HOST and PORT. */
  readonly variables: '' | 'ADMIN_';
}

/** Makes a server listen. Resolves to its address. Throws ConfigError that names the variable at fault. */
export async function listen(server: Server, place: Place): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<AddressInfo>();
  server.once('error', (error: NodeJS.ErrnoException) => reject(new ConfigError(listenFault(error, place), { cause: error })));
  server.listen(place.port, place.host, () => resolve(server.address() as AddressInfo));
  return await promise;
}

/** Returns the URL of a server that listens there. */
export function addressAt(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function listenFault({ code, message }: NodeJS.ErrnoException, { host, port, variables }: Place): string {
  if (code === 'EADDRINUSE') return `${variables}PORT ${port} is in use on ${host}: choose another, or 0 for any that is free`;
  if (code === 'EACCES') return `${variables}PORT ${port} may not be opened by this user: choose one from 1024 on`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${variables}HOST ${host} is not an address of this machine`;
  return `cannot listen on ${host}:${port}: ${message}`;
}
