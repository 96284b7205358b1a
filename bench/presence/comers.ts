// The users who come online, in a process of their own. Each opens a socket when it is due, however long others take, and keeps it open.
import { setTimeout as delay } from 'node:timers/promises';
import { Latencies } from '../send/latencies.ts';
import { clientDocument } from '../support/documents.ts';
import { openMember } from '../support/member-sockets.ts';
import { ownCpuUs } from '../support/own-cpu.ts';
import { type ComersPlan, type ComersReport, type Coming, wallMs } from './crowd-plan.ts';

const plan = await new Promise<ComersPlan>((resolve) => process.once('message', resolve));
const taken = new Latencies();
const following = { subscription: { query: clientDocument }, ready: '"positions"' };

async function come(place: number, { port, token }: ComersPlan['comers'][number], due: number): Promise<void> {
  const id = String(place).padStart(6, '0');
  await openMember({ port, token, id, onEvent: () => undefined, ...(plan.follow && following) });
  taken.add(wallMs() - due);
}

process.on('message', async ({ begin, everyMs }: Coming) => {
  const before = ownCpuUs();
  const coming: Promise<void>[] = [];
  for (const [place, comer] of plan.comers.entries()) {
    const due = begin + place * everyMs;
    const early = due - wallMs();
    if (early > 0) await delay(early);
    coming.push(come(place, comer, due));
  }
  await Promise.all(coming);
  process.send?.({ ...taken.percentiles(), cpuUs: ownCpuUs() - before } satisfies ComersReport);
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
