import type { Variables, Watch } from './document.ts';
import { memoryPositions, type PositionStore } from './position.ts';

/** Positions in memory that begin where the variables of a subscription say. */
export function startingAt(watch: Watch, given: Variables): PositionStore {
  return memoryPositions(watch.begin(given));
}
