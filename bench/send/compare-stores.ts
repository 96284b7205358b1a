import type { Places } from '../support/places.ts';
import type { Row } from './result.ts';
import { interleave, type Rounds } from './rounds.ts';
import { type StoreOptions, startMpimStore, startRecipeStore } from './store.ts';

/** A comparison of write paths, for each number of messages in flight in turn. */
export interface StoreComparison extends Rounds, StoreOptions {
  readonly inFlight: readonly number[];
}

/** The condition's name in tables. */
export function inFlightCondition(inFlight: number): string {
  return `${inFlight} in flight`;
}

/** Compares MPIM's write path with the naive one, on the same MariaDB. Throws if an acknowledged message is not stored. */
export async function compareStores(
  places: Places,
  { inFlight, rounds, ms, warmUpMs, ...options }: StoreComparison,
): Promise<readonly Row[]> {
  await using naive = await startRecipeStore(places, options);
  await using mpim = await startMpimStore(places, options);
  const both = [naive, mpim];
  const warm = Math.max(...inFlight);
  for (const store of both) await store.run({ ms: warmUpMs, inFlight: warm });
  const rows: Row[] = [];
  for (const many of inFlight) {
    const condition = { part: 'store', condition: inFlightCondition(many) } as const;
    rows.push(...(await interleave(rounds, condition, both, (store) => store.run({ ms, inFlight: many }))));
  }
  return rows;
}
