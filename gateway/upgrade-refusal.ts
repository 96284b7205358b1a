import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** How an upgrade is refused. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

// Whoever sends has the answer by then, or has no wish for it.
const readOnMs = 2_000;

/**
 * Answers an upgrade that is refused, and ends its connection. From the upgrade on that is nobody's: an error of it would end the process, what it still brings would keep it open
 * for as long as the client likes, and a node could not stop before.
 */
export function refuseUpgrade(stream: Duplex, { status, headers = {} }: UpgradeRefusal): void {
  stream.on('error', () => stream.destroy());
  // Read on and dropped: closing with unread bytes would reset the connection, and whoever sends would lose the answer.
  stream.resume();
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n${lines.join('')}\r\n`);
  const timer = setTimeout(() => stream.destroy(), readOnMs);
  stream.once('close', () => clearTimeout(timer));
}
