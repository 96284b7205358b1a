import type { Places } from '../support/places.ts';
import { startEjabberd } from './ejabberd.ts';
import { startMpim, startRecipe, type TalkOptions } from './graphql-servers.ts';
import type { Row } from './result.ts';
import { interleave, type Rounds } from './rounds.ts';
import type { Talking } from './talking.ts';

/** A comparison in one room, with so many messages in flight. */
export interface RoomComparison extends Rounds, Omit<TalkOptions, 'rooms'> {
  readonly inFlight: number;
}

/** The condition's name in tables. */
export function roomCondition(members: number): string {
  return `one room of ${members}`;
}

/**
 * Compares MPIM and the recipe, over the socket, with ejabberd if it is available. Throws if a message is lost, duplicated or not stored.
 */
export async function compareRooms(places: Places, comparison: RoomComparison): Promise<readonly Row[]> {
  const { members, connections, inFlight, rounds, ms, warmUpMs } = comparison;
  const options = { rooms: 1, members, connections };
  await using ejabberd = await startEjabberd(places, members);
  await using recipe = await startRecipe(places, options);
  await using mpim = await startMpim(places, options);
  const all = [...(ejabberd === undefined ? [] : [ejabberd]), recipe, mpim];
  const run = (server: Talking, forMs: number) =>
    server.run({ transport: server.transports.at(-1) ?? 'socket', pattern: { ms: forMs, inFlight } });
  for (const server of all) await run(server, warmUpMs);
  return await interleave(rounds, { part: 'room', condition: roomCondition(members) }, all, (server) => run(server, ms));
}
