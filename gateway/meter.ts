import { Counter, Histogram, type Registry } from 'prom-client';
import { closes } from './close-codes.ts';

const kinds = ['query', 'mutation', 'subscription'] as const;
/** What kind an operation is of. */
export type OperationKind = (typeof kinds)[number];

/** What a node counts of its work, as it happens. */
export interface Meter {
  /** Events handed to subscriptions, each for each of them: where that happens one number goes up, and no more. */
  events: number;
  /** An operation was answered, or a subscription opened: `outcome` is OK, or the code of its first error. */
  answered(kind: OperationKind, outcome: string, seconds: number): void;
  /** A WebSocket is closed, by whichever side. */
  closed(code: number): void;
}

// From a read of memory to what a client gives up on: WRITE_DEADLINE_MS is 8 s, and Prometheus makes quantiles of what lies between.
const buckets = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

// Ours, and those of RFC 6455 that clients and networks bring about. A client may close with any of thousands, each of which would be kept for ever.
const knownCloses: ReadonlySet<number> = new Set([...Object.values(closes).map(({ code }) => code), 1000, 1001, 1002, 1005, 1006, 1007]);

/** Makes a meter, at nothing, whose counts are told by the registry. */
export function createMeter(registry: Registry): Meter {
  const registers = [registry];
  const answers = new Histogram({
    name: 'mpim_operation_seconds',
    help: 'Operations that were executed, by how long that took and how it ended (OK, or the code of the first error); of a subscription, its opening.',
    labelNames: ['operation', 'outcome'],
    ...{ buckets, registers },
  });
  // Told from the start: of what appears with its first failure Prometheus does not see that it grew.
  for (const operation of kinds) for (const outcome of ['OK', 'UNAVAILABLE', 'INTERNAL']) answers.zero({ operation, outcome });
  const closed = new Counter({
    name: 'mpim_socket_closes_total',
    help: 'WebSockets that were closed, by the close code; other: one that only clients use.',
    labelNames: ['code'],
    registers,
  });
  return {
    events: 0,
    answered: (operation, outcome, seconds) => answers.observe({ operation, outcome }, seconds),
    closed: (code) => closed.inc({ code: knownCloses.has(code) ? String(code) : 'other' }),
  };
}
