import type { Viewer } from '../user/index.ts';

/**
 * The key (Append.keys) for what users do for themselves alone. Allows one such act of a user in a commit, together with anything that
 * others send there.
 */
export function ownKey({ userId }: Viewer): string {
  return `own view of ${userId}`;
}
