import { hostname, userInfo } from 'node:os';
import type { Actor } from '../../src/audit/index.ts';

/** Returns the person who runs the command, and the machine. */
export function whoRuns(): Actor {
  return { userId: null, name: userName(), origin: `command line on ${hostname()}` };
}

// In a container, the user id may have no name.
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
