import type { LoadReport } from '../send/load-plan.ts';
import type { Machine } from '../support/machine.ts';
import type { Counts } from './counters.ts';
import type { ComersReport, WatchersReport } from './crowd-plan.ts';
import type { Options } from './options.ts';
import type { Scene } from './scene.ts';

/** A phase in which messages were sent. */
export interface Phase {
  readonly name: string;
  readonly sends: LoadReport;
  /** What the servers did in it. */
  readonly done: Counts;
}

/** The result of a run. */
export interface Result extends Pick<Scene, 'sockets' | 'openingMs'> {
  readonly takenAt: string;
  readonly machine: Machine;
  readonly options: Options;
  /** Before, while and after the users come. */
  readonly phases: readonly [quiet: Phase, crowded: Phase, after: Phase];
  /** Bytes that each node holds when all users are there, after a garbage collection. */
  readonly memory: readonly number[];
  readonly told: WatchersReport;
  readonly came: ComersReport;
}
