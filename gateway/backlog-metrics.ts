import { Gauge, type Registry } from 'prom-client';
import type { Chat } from '../src/chat.ts';

/** Metrics that have to be queried: the node's health, and the work left in the whole system. */
export interface BacklogMetrics {
  /** Queries them anew. Never rejects. Leaves out what is not answered within 2.5 s. */
  look(): Promise<void>;
}

// Longer than a health check takes. Prometheus itself gives up after ten seconds.
const lookMs = 2_500;

/** Creates the metrics. All nodes report the same numbers for the work left: if no worker is alive, the other nodes have to report it. */
export function createBacklogMetrics({ problems, worker, backlog, webhooks }: Chat, registers: Registry[]): BacklogMetrics {
  function gauge<L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers });
  }
  const ready = gauge('mpim_ready', '1 if the database, the bus and the registry answer, otherwise 0.');
  const streams = gauge('mpim_effects_streams', 'Streams with entries whose effects (webhooks, push) are not done.');
  const oldest = gauge(
    'mpim_effects_oldest_seconds',
    'Age of the oldest of these entries in seconds, or 0 if there is none. At most 1,000 streams are looked at.',
  );
  const jobs = gauge('mpim_jobs', 'Jobs. A PENDING job waits for its time, a DEAD one for an operator.', 'kind', 'state');
  const apps = gauge('mpim_webhooks', 'Webhooks, by state. One that RESTS is tested now and then, because its calls have failed.', 'state');

  async function lookAtEffects(): Promise<void> {
    const lag = await worker.lag();
    streams.set(lag.streams);
    oldest.set(lag.oldestMs / 1_000);
  }

  async function lookAtJobs(): Promise<void> {
    for (const { kind, state, count } of await backlog.counts()) jobs.set({ kind, state }, count);
  }

  async function lookAtWebhooks(): Promise<void> {
    // For days one that rests is not disabled yet, and nothing else shows that an app takes nothing.
    const byState = Map.groupBy(await webhooks.list(), ({ state, retryAt }) => (retryAt === null ? state : 'RESTS'));
    for (const [state, { length }] of byState) apps.set({ state }, length);
  }

  async function lookAtHealth(): Promise<void> {
    ready.set((await problems()).length === 0 ? 1 : 0);
  }

  async function lookAtAll(): Promise<void> {
    for (const told of [streams, oldest]) told.remove();
    for (const told of [jobs, apps]) told.reset();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, lookMs);
    const looks = [lookAtHealth(), lookAtEffects(), lookAtJobs(), lookAtWebhooks()];
    await Promise.race([Promise.allSettled(looks), late]);
    clearTimeout(timer);
  }

  let looking: Promise<void> | undefined;
  return {
    look() {
      // Of two scrapes at once, as by a pair of Prometheus servers, the second would remove what the first is about to report.
      looking ??= lookAtAll().finally(() => {
        looking = undefined;
      });
      return looking;
    },
  };
}
