import type { Duplex } from 'node:stream';
import { type LastWords, sayLast } from './last-words.ts';

/**
 * Answers an upgrade that is refused, and ends its connection. From the upgrade on that is nobody's: an error of it would end the process, what it still brings would keep it open
 * for as long as the client likes, and a node could not stop before.
 */
export function refuseUpgrade(stream: Duplex, refusal: LastWords): void {
  stream.on('error', () => stream.destroy());
  stream.resume();
  sayLast(stream, refusal);
}
