import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';
import { childEnv } from '../support/child-env.ts';

/** One client of a fleet: its token, and its positions. */
export interface FleetMember {
  readonly token: string;
  /** Its subscription, if it differs from the fleet's. */
  readonly document?: string;
  readonly after: readonly { readonly streamId: string; readonly seq: number; readonly epoch?: string }[];
}

/** A subscription to all events after the client's positions, without their contents. */
export const resuming = `subscription ($after: [PositionInput!]) {
  events(after: $after) {
    __typename
    ... on LogEvent { streamId seq }
    ... on StreamReady { positions { streamId seq epoch } }
  }
}`;

/** The configuration of a fleet, which it receives once. */
export interface FleetPlan {
  readonly document: string;
  /** Each client has to receive every entry of this stream, once and in order. */
  readonly streamId: string;
  readonly members: readonly FleetMember[];
}

/**
 * A message to a fleet. `connect`: all clients connect at once and resume. `hold`: clients that lose the connection do not reconnect before
 * the next `connect`.
 */
export type ToFleet =
  | { readonly kind: 'plan'; readonly plan: FleetPlan }
  | { readonly kind: 'connect'; readonly url: string }
  | { readonly kind: 'hold' }
  | { readonly kind: 'report' };

/** The state of a fleet. */
export interface FleetReport {
  readonly connected: number;
  /** The number of clients that have caught up: StreamReady has arrived on their current connection. */
  readonly ready: number;
  /** The ms from `connect` until the last of them had caught up. */
  readonly readyMs: number;
  /** The least and the greatest seq of all clients. */
  readonly least: number;
  readonly most: number;
  /** Broken promises: an entry that is repeated, missing or out of order, a resync, an error. Empty if there are none. */
  readonly faults: readonly string[];
  /** The number of closed connections by code. */
  readonly closes: Readonly<Record<string, number>>;
}

/** Many clients on real sockets, in a process of their own. */
export interface Fleet extends AsyncDisposable {
  tell(message: ToFleet): void;
  report(): Promise<FleetReport>;
  /** Waits until the report matches. Fails at once if a promise was broken. */
  until(wanted: Partial<FleetReport>): Promise<FleetReport>;
  /** Pauses or resumes the process: SIGSTOP, SIGCONT. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

// Thousands of clients share two cores with the node that they wait for, and with whatever else runs there.
const longestWaitMs = 150_000;

/** Starts the process. Nothing connects yet. */
export function startFleet(plan: FleetPlan): Fleet {
  const child = fork(new URL('reconnect-clients.ts', import.meta.url), { execArgv: [], env: childEnv({}) });
  const tell = (message: ToFleet): void => void child.send(message);

  async function report(): Promise<FleetReport> {
    const answer = once(child, 'message', { signal: AbortSignal.timeout(longestWaitMs) });
    tell({ kind: 'report' });
    const [found] = await answer;
    return found as FleetReport;
  }

  tell({ kind: 'plan', plan });
  return {
    tell,
    report,
    async until(wanted) {
      const fits = expect.poll(
        async () => {
          const { faults, ...found } = await report();
          return faults.length > 0 ? { faults } : found;
        },
        { interval: 100, timeout: longestWaitMs },
      );
      await fits.toMatchObject(wanted);
      return await report();
    },
    signal: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
