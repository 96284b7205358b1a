import { type Process, startProcess } from '../support/process.ts';
import type { Held } from './acknowledged.ts';
import { type Figures, type Meters, metered } from './figures.ts';
import type { LoadPlan, LoadReport, LoadRun, Transport } from './load-plan.ts';

/** A server with rooms whose members are all connected and send messages. */
export interface Talking extends AsyncDisposable {
  readonly name: string;
  readonly transports: readonly Transport[];
  /**
   * Sends, checks that every member receives every message once, and compares what is stored. Throws if a message is lost, duplicated or
   * not stored.
   */
  run(run: LoadRun): Promise<Figures>;
}

/** The parts of such a server. */
export interface TalkingParts extends Pick<Talking, 'name' | 'transports'> {
  readonly meters: Meters;
  readonly load: { readonly file: URL; readonly plan: LoadPlan };
  /** Compares what is stored with what was acknowledged, room by room. Throws if they differ. */
  readonly verify: (acknowledged: readonly Held[]) => Promise<void>;
  /** Whether a delivery that is out of order fails the run. */
  readonly ordered: boolean;
}

// The last deliveries may take half a minute after the last send. Then the load reports what is lost.
const marginMs = 60_000;

/** Starts the load. Resolves when all members are connected and receive. Disposing it ends the load only. */
export async function startTalking({ name, transports, meters, load, verify, ordered }: TalkingParts): Promise<Talking> {
  await using started = new AsyncDisposableStack();
  const members = started.use(startProcess(load.file));
  await members.ask(load.plan);
  const ending = started.move();
  return {
    name,
    transports,
    async run(run) {
      const { figures, report } = await measure(meters, members, run);
      if (ordered && report.disordered > 0) throw new Error(`${name}: ${report.disordered} deliveries came before an earlier message`);
      await verify(report.acknowledged);
      return figures;
    },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  };
}

async function measure(
  meters: Meters,
  members: Process,
  run: LoadRun,
): Promise<{ readonly figures: Figures; readonly report: LoadReport }> {
  const { result: report, us } = await metered(meters, () => members.ask<LoadReport>(run, run.pattern.ms + marginMs));
  const { messages, deliveries, ms, ack, receive, disordered, cpuUs } = report;
  const figures: Figures = {
    ...{ messages, perSecond: (messages / ms) * 1_000, ackP50: ack.p50, ackP99: ack.p99 },
    ...{ receiveP50: receive.p50, receiveP99: receive.p99, deliveriesPerSecond: (deliveries / ms) * 1_000, disordered },
    ...{ serverUs: us.server / messages, databaseUs: us.database / messages, redisUs: us.redis / messages },
    ...{ serverCores: us.server / (ms * 1_000), databaseCores: us.database / (ms * 1_000), loadCores: cpuUs / (ms * 1_000) },
  };
  return { figures, report };
}
