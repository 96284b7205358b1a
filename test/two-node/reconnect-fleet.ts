import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';

/** One client of a fleet: who it is, and how far it has the stream that is watched. */
export interface FleetMember {
  readonly token: string;
  /** What it subscribes with, if not with the fleet's. */
  readonly document?: string;
  readonly after: readonly { readonly streamId: string; readonly seq: number; readonly epoch?: string }[];
}

/** Everything that happens to a client, from its positions on, with nothing of what it is about. */
export const resuming = `subscription ($after: [PositionInput!]) {
  events(after: $after) {
    __typename
    ... on LogEvent { streamId seq }
    ... on StreamReady { positions { streamId seq epoch } }
  }
}`;

/** What a fleet is told once. */
export interface FleetPlan {
  readonly document: string;
  /** Each client has to get every entry of this stream, once and in order. */
  readonly streamId: string;
  readonly members: readonly FleetMember[];
}

/** What a fleet is asked. `connect`: all of it, at once, from where each is; `hold`: who loses the connection stays away until then. */
export type ToFleet =
  | { readonly kind: 'plan'; readonly plan: FleetPlan }
  | { readonly kind: 'connect'; readonly url: string }
  | { readonly kind: 'hold' }
  | { readonly kind: 'report' };

/** How a fleet stands. */
export interface FleetReport {
  readonly connected: number;
  /** Clients that are caught up: StreamReady has come on the connection that they have. */
  readonly ready: number;
  /** ms from `connect` until the last of them was. */
  readonly readyMs: number;
  /** The least and the greatest seq that a client has. */
  readonly least: number;
  readonly most: number;
  /** What broke a promise: an entry twice, missing or out of order, a resync, an error. Empty if all is well. */
  readonly faults: readonly string[];
  /** With which codes, and how often, connections were closed. */
  readonly closes: Readonly<Record<string, number>>;
}

/** Many clients on real sockets in a process of their own. */
export interface Fleet extends AsyncDisposable {
  tell(message: ToFleet): void;
  report(): Promise<FleetReport>;
  /** Waits until the report fits this. Fails at once where a promise was broken. */
  until(wanted: Partial<FleetReport>): Promise<FleetReport>;
  /** SIGSTOP or SIGCONT, which it sleeps through. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

// Thousands of clients that share two cores with the node they wait for, and with whatever else runs there.
const longestWaitMs = 150_000;

/** Starts the process. Nothing is connected yet. */
export function startFleet(plan: FleetPlan): Fleet {
  const { PATH = '' } = process.env;
  const child = fork(new URL('reconnect-clients.ts', import.meta.url), { execArgv: [], env: { PATH } });
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
