import type { Variables, Watch } from './document.ts';
import { memoryPositions, type PositionStore } from './position.ts';
import type { ResumeOptions } from './resume.ts';

/** Options for resuming the subscriptions of a library's client. */
export interface LibraryOptions extends ResumeOptions {
  /**
   * Keeps the positions of one subscription, in place of its variable `after`. With two, an event that one has got does not come to the
   * other. Default: in memory, for each subscription, starting with its variable `after`.
   */
  readonly positions?: PositionStore | undefined;
}

/** Positions in memory that start with those in the variables of a subscription. */
export function startingAt(watch: Watch, given: Variables): PositionStore {
  return memoryPositions(watch.begin(given));
}
