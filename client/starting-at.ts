import type { Variables, Watch } from './document.ts';
import { memoryPositions, type PositionStore } from './position.ts';
import type { ResumeOptions } from './resume.ts';

/** How the subscriptions of a library's client resume. */
export interface LibraryOptions extends ResumeOptions {
  /** Where positions are kept, of all subscriptions together. Absent: in memory, for as long as a subscription is watched, beginning with its variable `after`. */
  readonly positions?: PositionStore | undefined;
}

/** Positions in memory that begin where the variables of a subscription say. */
export function startingAt(watch: Watch, given: Variables): PositionStore {
  return memoryPositions(watch.begin(given));
}
