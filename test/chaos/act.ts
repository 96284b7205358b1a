import type { Outcome } from './attempt.ts';
import type { Called } from './call.ts';
import type { History } from './history.ts';
import type { Post } from './stage.ts';

/** What those who do something again and again need. */
export interface ActParts {
  /** In [0, 1), decided by the seed. */
  readonly random: () => number;
  readonly history: History;
  /** Asked before each act: whether to go on. */
  readonly going: () => boolean;
  /** Repeats an act, on whichever node, until it is known what came of it; unknown: nobody waits for that any more. */
  readonly settle: (act: (post: Post, began: number) => Promise<Called<unknown>>) => Promise<Outcome>;
}
