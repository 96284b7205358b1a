import { hostname, userInfo } from 'node:os';
import type { Actor } from '../../src/audit/index.ts';

/** Who runs the command, and on which machine. */
export function whoRuns(): Actor {
  return { userId: null, name: userName(), origin: `command line on ${hostname()}` };
}

// A container may run under a number that has no name.
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
