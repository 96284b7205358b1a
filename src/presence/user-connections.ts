import { ChatError } from '../errors.ts';
import type { Roster, UserConnections } from './roster.ts';

/** Reads where users are connected, in the order asked for. Throws ChatError UNAVAILABLE if the roster cannot be reached. */
export async function readUserConnections(roster: Roster, userIds: readonly bigint[]): Promise<readonly UserConnections[]> {
  try {
    return await roster.of(userIds);
  } catch (cause) {
    throw new ChatError('UNAVAILABLE', 'Presence cannot be read right now. Try again.', { cause });
  }
}
