import { setTimeout as delay } from 'node:timers/promises';
import { shuffled } from '../support/random.ts';
import type { faultsAbove, faultsBelow, Scene } from './fault.ts';
import type { History } from './history.ts';

type Faults = typeof faultsBelow | typeof faultsAbove;

/** The parts of a lane of faults. */
export interface LaneParts {
  readonly scene: Scene;
  readonly history: History;
  /** Returns a number in [0, 1), determined by the seed. */
  readonly random: () => number;
  /** Whether to go on. Asked between faults, once each kind has happened. */
  readonly going: () => boolean;
}

const [leastPauseMs, pauseSpreadMs] = [300, 1_200];
// Most faults end before any client gives up. Some outlast every deadline of a node.
const [leastMs, spreadMs] = [200, 7_000];

/** Runs one fault after the other, in shuffled rounds of all kinds. Resolves once the last has ended. */
export async function runLane(kinds: Faults, parts: LaneParts): Promise<void> {
  const { random, going } = parts;
  for (let round = 1; round === 1 || going(); round += 1) {
    for (const kind of shuffled(Object.keys(kinds), random)) {
      if (round > 1 && !going()) return;
      await delay(leastPauseMs + pauseSpreadMs * random());
      await oneFault(kinds, kind, parts);
    }
  }
}

async function oneFault(kinds: Faults, kind: string, { scene, history, random }: LaneParts): Promise<void> {
  const began = history.now();
  const ongoing = await kinds[kind]?.(scene, random);
  if (ongoing === undefined) throw new Error(`no such fault: ${kind}`);
  // Cubed, so that most are short.
  await delay(leastMs + spreadMs * random() ** 3);
  const effect = await ongoing.heal();
  history.note({ what: 'fault', began, kind, target: ongoing.target, effect });
}
