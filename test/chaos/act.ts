import type { Outcome } from './attempt.ts';
import type { Called } from './call.ts';
import type { History } from './history.ts';
import type { Post } from './stage.ts';

/** The parts that every repeated activity in a run needs. */
export interface ActParts {
  /** Returns a number in [0, 1), determined by the seed. */
  readonly random: () => number;
  readonly history: History;
  /** Whether to go on. Asked before each act. */
  readonly going: () => boolean;
  /** Repeats an act, each time on any node, until its outcome is known. Resolves to unknown once the run stops waiting for outcomes. */
  readonly settle: (act: (post: Post, began: number) => Promise<Called<unknown>>) => Promise<Outcome>;
}
