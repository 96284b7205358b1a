import type { Places } from '../support/places.ts';
import { startFloor, startMpim, startRecipe, type TalkOptions } from './graphql-servers.ts';
import type { Transport } from './load-plan.ts';
import { middle, type Row, rowOf } from './result.ts';
import { interleave, type Rounds } from './rounds.ts';
import type { Talking } from './talking.ts';

/** An end-to-end comparison, for each number of members per room in turn, over each of the transports. */
export interface TalkComparison extends Rounds, Omit<TalkOptions, 'members'> {
  readonly members: readonly number[];
  readonly transports: readonly Transport[];
  /** Messages in flight when a server is given all that it takes. */
  readonly inFlight: number;
}

/** The condition's name in tables. */
export function talkCondition(members: number, transport: Transport): string {
  return `${members} ${members === 1 ? 'member' : 'members'} over ${transport === 'http' ? 'HTTP' : 'the socket'}`;
}

/**
 * Compares MPIM's gateway with the recipe and the floor: first the most that each takes, then MPIM and the recipe at half of the recipe's
 * most. Throws if a message is lost, duplicated or, at MPIM, out of order.
 */
export async function compareTalks(places: Places, comparison: TalkComparison): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const members of comparison.members) rows.push(...(await compareMembers(places, members, comparison)));
  return rows;
}

async function compareMembers(places: Places, members: number, comparison: TalkComparison): Promise<readonly Row[]> {
  const { rooms, connections, transports, inFlight, rounds, ms, warmUpMs } = comparison;
  const options = { rooms, members, connections };
  await using recipe = await startRecipe(places, options);
  await using mpim = await startMpim(places, options);
  await using floor = await startFloor(places, options);
  const both: readonly Talking[] = [recipe, mpim];
  const all: readonly Talking[] = [...both, floor];
  for (const transport of transports) for (const server of all) await server.run({ transport, pattern: { ms: warmUpMs, inFlight } });
  const rows: Row[] = [];
  for (const transport of transports) {
    const at = { part: 'most', condition: talkCondition(members, transport) } as const;
    rows.push(...(await interleave(rounds, at, all, (server) => server.run({ transport, pattern: { ms, inFlight } }))));
  }
  for (const transport of transports) {
    const condition = talkCondition(members, transport);
    const most = rowOf(rows, 'most', condition, recipe.name);
    const perSecond = ((most && middle(most, 'perSecond')) ?? 0) / 2;
    const at = { part: 'half', condition } as const;
    rows.push(...(await interleave(rounds, at, both, (server) => server.run({ transport, pattern: { ms, perSecond } }))));
  }
  return rows;
}
