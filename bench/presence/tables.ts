import { markdownTable } from '../support/markdown.ts';
import type { Counts } from './counters.ts';
import type { Phase, Result } from './result.ts';

const mib = 2 ** 20;

/** The figures as Markdown: sending by phase, the work of the servers, and the deliveries of presence. */
export function tablesOf({ phases, told, came, memory, sockets, openingMs, options }: Result): string {
  const [quiet, crowded] = phases;
  const each = (part: keyof Counts): string => ((crowded.done[part] - quiet.done[part]) / options.users).toFixed(0);
  const due = options.users * options.watchers;
  const sentences = [
    `Acknowledged p99 while they come: ${ratio(crowded.sends.ack.p99, quiet.sends.ack.p99)} times that in the quiet (aim: below 2).`,
    `Received p99 while they come: ${ratio(crowded.sends.receive.p99, quiet.sends.receive.p99)} times that in the quiet.`,
    `Of ${due} times that a watcher is to be told of a user ${told.told} were told, ${told.missing} are missing; ${told.twice} were told again, ${told.other} otherwise.`,
    `From when a user was due until a watcher knew: p50 ${told.p50.toFixed(1)} ms, p99 ${told.p99.toFixed(1)} ms; until they were connected themselves: p50 ${came.p50.toFixed(1)} ms, p99 ${came.p99.toFixed(1)} ms.`,
    `One who comes costs ${each('nodesUs')} µs of CPU at the nodes, ${each('databaseUs')} at MariaDB and ${each('redisUs')} at Redis, ${options.watchers} watchers told.`,
    `When all are there, ${sockets.watchers + sockets.senders + sockets.comers} sockets, the nodes hold ${memory.map((bytes) => Math.round(bytes / mib)).join(' + ')} MiB.`,
    `${sockets.watchers} watchers had opened their watches after ${(openingMs / 1_000).toFixed(1)} s.`,
    `CPU of clients while they come, in cores: watchers ${cores(told.cpuUs, crowded)}, comers ${cores(came.cpuUs, crowded)}, senders ${cores(crowded.sends.cpuUs, crowded)}.`,
  ];
  return `${markdownTable(phases.map(latencies))}\n${markdownTable(phases.map(work))}\n${sentences.join('\n')}\n`;
}

function latencies({ name, sends: { messages, deliveries, ack, receive } }: Phase) {
  return {
    ...{ '': name, messages, deliveries },
    ...{ 'acknowledged p50 ms': ack.p50.toFixed(1), 'acknowledged p99 ms': ack.p99.toFixed(1) },
    ...{ 'received p50 ms': receive.p50.toFixed(1), 'received p99 ms': receive.p99.toFixed(1) },
  };
}

function work(phase: Phase) {
  const { name, done } = phase;
  return {
    ...{ '': name, 'nodes, cores': cores(done.nodesUs, phase), 'MariaDB, cores': cores(done.databaseUs, phase) },
    ...{ 'Redis, cores': cores(done.redisUs, phase), statements: done.statements, 'Redis commands': done.commands },
    ...{ 'nodes waited for a core, s/s': cores(done.waitedUs, phase), 'whole machine, cores': cores(done.machineUs, phase) },
  };
}

function cores(us: number, { sends: { ms } }: Phase): string {
  return (us / (ms * 1_000)).toFixed(2);
}

function ratio(one: number, other: number): string {
  return (one / other).toFixed(2);
}
