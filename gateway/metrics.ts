import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Chat } from '../src/chat.ts';
import type { Config } from '../src/config/index.ts';
import { nodeNameOf } from '../src/config/index.ts';
import { release } from '../src/release.ts';
import { createBacklogMetrics } from './backlog-metrics.ts';
import type { Meter } from './meter.ts';
import type { Sockets } from './socket.ts';

/** The metrics of a node. */
export interface Metrics {
  /** The media type of `text`. */
  readonly contentType: string;
  /**
   * Returns all current metrics in Prometheus' text format. Takes at most 2.5 s, and leaves out what the database has not answered by then.
   */
  text(): Promise<string>;
}

/** The sources of the metrics. */
export interface MetricsParts {
  /** Contains the meter's metrics already. */
  readonly registry: Registry;
  readonly meter: Meter;
  readonly chat: Chat;
  readonly config: Config;
  readonly sockets: Pick<Sockets, 'count'>;
}

// Each sample of the event loop's delay wakes the process. Twenty a second show what clients would notice.
const eventLoopMonitoringPrecision = 50;

// Metrics of the process, whichever nodes run in it. They are collected from the first request on.
let ofProcess: Registry | undefined;

function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess, eventLoopMonitoringPrecision });
  }
  return ofProcess;
}

/** Creates the metrics of a node. */
export function createMetrics({ registry, meter, chat, config, sockets }: MetricsParts): Metrics {
  const registers = [registry];

  function gauge(name: string, help: string, read: () => number): void {
    const told: Gauge = new Gauge({ name, help, registers, collect: () => told.set(read()) });
  }

  /** Exposes a count that is kept elsewhere. */
  function counter(name: string, help: string, read: () => number): void {
    const told: Counter = new Counter({
      ...{ name, help, registers },
      collect() {
        told.reset();
        told.inc(read());
      },
    });
  }

  new Gauge({
    name: 'mpim_node_info',
    help: 'The name and version of this node. The value is always 1.',
    labelNames: ['node', 'version'],
    registers,
  }).set({ node: nodeNameOf(config), version: release }, 1);
  gauge('mpim_sockets', 'Open WebSockets.', sockets.count);
  gauge('mpim_subscriptions', 'Open subscriptions to events, on all transports.', () => chat.feed.load().subscriptions);
  gauge('mpim_catch_ups', 'Subscriptions that are reading missed events from the log.', () => chat.feed.load().catchingUp);
  gauge('mpim_catch_ups_waiting', 'Subscriptions that wait for their turn to read missed events.', () => chat.feed.load().waiting);
  counter(
    'mpim_events_delivered_total',
    'Events delivered. An event that goes to several subscriptions counts once for each.',
    () => meter.events,
  );
  counter('mpim_commits_total', 'Commits of the log that succeeded.', () => chat.commitCounts().stored);
  counter('mpim_commits_failed_total', 'Commits of the log that failed or whose result is unknown.', () => chat.commitCounts().failed);
  counter('mpim_commit_seconds_total', 'Total duration of all commits of the log, in seconds.', () => chat.commitCounts().seconds);
  gauge('mpim_appends_waiting', 'Appends that wait to be stored or are being stored.', () => chat.commitCounts().waiting);
  counter('mpim_appends_refused_total', 'Appends that were refused because too many waited.', () => chat.commitCounts().refused);
  gauge('mpim_searches_waiting', 'Message searches that run or wait for their turn.', () => chat.search.counts().waiting);
  counter('mpim_searches_total', 'Message searches that ran.', () => chat.search.counts().done);
  counter('mpim_search_seconds_total', 'Total duration of all message searches, in seconds.', () => chat.search.counts().seconds);
  counter('mpim_searches_refused_total', 'Message searches that were refused because too many waited.', () => chat.search.counts().refused);
  counter('mpim_cache_local_total', 'Users and conversations that were found in the memory of this node.', () => chat.cacheCounts.local);
  counter('mpim_cache_remote_total', 'Users and conversations that were found in Redis.', () => chat.cacheCounts.remote);
  counter('mpim_cache_missed_total', 'Users and conversations that were read from the database.', () => chat.cacheCounts.missed);
  const backlog = createBacklogMetrics(chat, registers);

  return {
    contentType: registry.contentType,
    async text() {
      await backlog.look();
      return await Registry.merge([registry, processRegistry()]).metrics();
    },
  };
}
