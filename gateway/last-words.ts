import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long is read on, in ms, where a request is refused before all of it has come: whoever sends has the answer by then, or has no wish for it. */
export const readOnMs = 2_000;

/** An answer without a body. */
export interface LastWords {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Answers on a connection that HTTP has let go of, and ends it: not at once, for closing with unread bytes would reset it, and whoever sends would lose the answer; but whatever the
 * client does, in the end.
 */
export function sayLast(connection: Duplex, { status, headers = {} }: LastWords): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  connection.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n${lines.join('')}\r\n`);
  const timer = setTimeout(() => connection.destroy(), readOnMs);
  connection.once('close', () => clearTimeout(timer));
}
