import type { Duplex } from 'node:stream';
import { endWithResponse, type FinalResponse } from './final-response.ts';

/**
 * Refuses an upgrade and ends its connection. After the upgrade event, nobody handles the connection: an error would end the process,
 * further data would keep it open for as long as the client likes, and a node could not stop before that.
 */
export function refuseUpgrade(stream: Duplex, refusal: FinalResponse): void {
  stream.on('error', () => stream.destroy());
  stream.resume();
  endWithResponse(stream, refusal);
}
