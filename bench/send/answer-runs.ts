import { setTimeout as delay } from 'node:timers/promises';
import { ownCpuUs } from '../support/own-cpu.ts';
import type { LoadReport, LoadRun, Transport } from './load-plan.ts';
import type { Tally } from './tally.ts';
import { drive, type Send } from './traffic.ts';

// A duplicate comes at once, or with the next message. So much of a pause after a run catches it in that run.
const settleMs = 250;

/** Makes a load's process do the runs that its parent asks for, one after the other. `check` verifies what was received after each run. */
export function answerRuns(tally: Tally, sendBy: (transport: Transport) => Send, check: () => void): void {
  async function run({ transport, pattern }: LoadRun): Promise<LoadReport> {
    const before = ownCpuUs();
    const begun = performance.now();
    tally.begin();
    await drive(pattern, sendBy(transport));
    await tally.all();
    const ms = tally.lastAt - begun;
    const cpu = ownCpuUs() - before;
    await delay(settleMs);
    check();
    const { messages, deliveries, disordered, acknowledged } = tally;
    const [ack, receive] = [tally.ack.percentiles(), tally.receive.percentiles()];
    return { messages, deliveries, ms, ack, receive, disordered, cpuUs: cpu, acknowledged: acknowledged.rooms };
  }

  process.on('message', (asked: LoadRun) => {
    run(asked).then((report) => process.send?.(report), giveUp);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.('ready');
}

function giveUp(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`, () => process.exit(1));
}
