import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * How long reading continues, in ms, after a request is refused before all of it has arrived. By then the client has the answer, or does
 * not want it.
 */
export const readOnMs = 2_000;

/** An answer without a body. */
export interface FinalResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Answers on a connection that HTTP no longer manages, and closes it. Not at once, because closing with unread bytes resets the connection
 * and the client would lose the answer. But within a bound, whatever the client does.
 */
export function endWithResponse(connection: Duplex, { status, headers = {} }: FinalResponse): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  connection.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n${lines.join('')}\r\n`);
  const timer = setTimeout(() => connection.destroy(), readOnMs);
  connection.once('close', () => clearTimeout(timer));
}
