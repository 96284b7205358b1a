import { narrowBounds } from '../fuzz/bounds.ts';
import { chanceFrom } from '../fuzz/chance.ts';
import type { Stores } from '../support/stores.ts';
import { runTwin, type TwinOptions, type TwinReport } from './run.ts';
import { openWorld } from './world.ts';

// Narrow only where a clock does not say when.
const timely: ReadonlySet<string> = new Set(['AWAY_SECONDS', 'EDIT_WINDOW_SECONDS', 'CONTACT_REQUEST_DAYS', 'TYPING']);

/** Asks the same of a chat on each of two stores: they must answer and tell the same. */
export async function runStores({
  stores: [first, second],
  ...options
}: Pick<TwinOptions, 'seed' | 'operations' | 'tell'> & { readonly stores: readonly [Stores, Stores] }): Promise<TwinReport> {
  const env = Object.fromEntries(Object.entries(narrowBounds(chanceFrom(options.seed))).filter(([name]) => !timely.has(name)));
  return await runTwin({
    ...options,
    askers: ['ann', 'ben', 'cleo', 'dan', 'eve'],
    operator: true,
    async open(tell) {
      const parts = { env, listeners: () => true, tell };
      return await Promise.all([openWorld({ stores: first, ...parts }), openWorld({ stores: second, ...parts })]);
    },
  });
}
