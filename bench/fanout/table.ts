import { markdownTable, median } from '../support/markdown.ts';
import type { Figures, Idle } from './run.ts';

/** One server with one number of subscribers and one pattern of events, over all rounds. */
export interface Row {
  readonly subscribers: number;
  readonly pattern: 'single' | 'burst';
  readonly name: string;
  /** One element for each round. */
  readonly idle: readonly Idle[];
  readonly runs: readonly Figures[];
}

/** Prints the medians as a Markdown table, and each server's CPU per delivery as a multiple of MPIM's. */
export function printTable(rows: readonly Row[]): void {
  const table = rows.map(({ subscribers, pattern, name, idle, runs }) => {
    const own = rows.find((row) => row.name === 'mpim' && row.subscribers === subscribers && row.pattern === pattern);
    const cpu = runs.map(({ cpuUs }) => cpuUs);
    return {
      subscribers,
      events: pattern === 'single' ? 'one' : 'ten at once',
      server: name,
      'deliveries/s': Math.round(median(runs.map(({ deliveriesPerSecond }) => deliveriesPerSecond))),
      'CPU µs': median(cpu).toFixed(2),
      'from…to': `${Math.min(...cpu).toFixed(2)}…${Math.max(...cpu).toFixed(2)}`,
      '× MPIM': own ? (median(cpu) / median(own.runs.map(({ cpuUs }) => cpuUs))).toFixed(2) : '',
      'p50 ms': (median(runs.map(({ p50Us }) => p50Us)) / 1_000).toFixed(1),
      'p99 ms': (median(runs.map(({ p99Us }) => p99Us)) / 1_000).toFixed(1),
      'KiB idle': kiB(idle.map(({ ofAll }) => ofAll)),
      'KiB later': kiB(idle.map(({ ofLater }) => ofLater)),
      'server cores': median(runs.map(({ serverCores }) => serverCores)).toFixed(2),
      'load cores': median(runs.map(({ loadCores }) => loadCores)).toFixed(2),
      bytes: runs[0]?.bytes ?? 0,
    };
  });
  process.stdout.write(markdownTable(table));
}

function kiB(bytes: readonly number[]): string {
  return (median(bytes) / 1_024).toFixed(1);
}
