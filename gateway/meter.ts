import { Counter, Histogram, type Registry } from 'prom-client';
import { closes } from './close-codes.ts';

const kinds = ['query', 'mutation', 'subscription'] as const;
/** The kind of an operation. */
export type OperationKind = (typeof kinds)[number];

/** Counts a node's work as it happens. */
export interface Meter {
  /** Events handed to subscriptions, counted per subscription. A plain number, because it is incremented in the hottest path. */
  events: number;
  /**
   * Records an operation that was answered, or a subscription that was opened. `outcome` is OK, the code of the first error, or UNAVAILABLE
   * if a mutation reported that.
   */
  answered(kind: OperationKind, outcome: string, seconds: number): void;
  /** Records that a WebSocket was closed, by either side. */
  closed(code: number): void;
}

// From a read of memory to what clients give up on: WRITE_DEADLINE_MS is 8 s. Prometheus interpolates quantiles between these.
const buckets = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

// Our codes, and those of RFC 6455 that clients and networks cause. A client may close with any of thousands of codes, and each label would
// be kept for ever.
const knownCloses: ReadonlySet<number> = new Set([...Object.values(closes).map(({ code }) => code), 1000, 1001, 1002, 1005, 1006, 1007]);

/** Creates a meter with all counts at zero, and registers its metrics. */
export function createMeter(registry: Registry): Meter {
  const registers = [registry];
  const answers = new Histogram({
    name: 'mpim_operation_seconds',
    help: 'Duration of executed operations, in seconds. The outcome is OK or the code of the first error, or UNAVAILABLE if a mutation reported that. Of a subscription, only its opening is measured.',
    labelNames: ['operation', 'outcome'],
    ...{ buckets, registers },
  });
  // Present from the start: Prometheus does not see the increase of a series that appears with its first failure.
  for (const operation of kinds) for (const outcome of ['OK', 'UNAVAILABLE', 'INTERNAL']) answers.zero({ operation, outcome });
  const closed = new Counter({
    name: 'mpim_socket_closes_total',
    help: 'Closed WebSockets, by close code. The code is other if only clients use it.',
    labelNames: ['code'],
    registers,
  });
  return {
    events: 0,
    answered: (operation, outcome, seconds) => answers.observe({ operation, outcome }, seconds),
    closed: (code) => closed.inc({ code: knownCloses.has(code) ? String(code) : 'other' }),
  };
}
