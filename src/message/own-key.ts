import type { Viewer } from '../user/index.ts';

/** The key (Append.keys) of what users do for themselves alone: of one user one such act a commit, beside whatever others say there. */
export function ownKey({ userId }: Viewer): string {
  return `own view of ${userId}`;
}
