import { narrowBounds } from '../fuzz/bounds.ts';
import { chanceFrom } from '../fuzz/chance.ts';
import type { Stores } from '../support/stores.ts';
import { runTwin, type TwinOptions, type TwinReport } from './run.ts';
import { openWorld } from './world.ts';

// Bounds that depend on a clock are not narrowed.
const timely: ReadonlySet<string> = new Set(['AWAY_SECONDS', 'EDIT_WINDOW_SECONDS', 'CONTACT_REQUEST_DAYS', 'TYPING']);

/** Sends the same operations to a chat on each of two stores: the answers and events have to be equal. */
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
