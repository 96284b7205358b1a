import { setTimeout as delay } from 'node:timers/promises';

/** How messages are sent for `ms`: with so many always in flight, or so many a second regardless of their answers. */
export type Pattern = { readonly ms: number } & ({ readonly inFlight: number } | { readonly perSecond: number });

/**
 * Sends one message and resolves when it is acknowledged. `slot` counts what is in flight, or what was sent. `due` is when it was to be
 * sent, by performance.now().
 */
export type Send = (slot: number, due: number) => Promise<void>;

/** Sends by a pattern. Resolves when everything is acknowledged, and rejects as soon as a message is refused. */
export async function drive(pattern: Pattern, send: Send): Promise<void> {
  const end = performance.now() + pattern.ms;
  if ('inFlight' in pattern) await saturate(pattern.inFlight, end, send);
  else await pace(pattern.perSecond, end, send);
}

async function saturate(inFlight: number, end: number, send: Send): Promise<void> {
  async function one(slot: number): Promise<void> {
    for (let now = performance.now(); now < end; now = performance.now()) await send(slot, now);
  }
  await Promise.all(Array.from({ length: inFlight }, (_, slot) => one(slot)));
}

/** Sends so many messages a second. Latencies count from when a message was due, so that a delayed sender does not hide its delay. */
async function pace(perSecond: number, end: number, send: Send): Promise<void> {
  const begun = performance.now();
  const under = new Set<Promise<void>>();
  const refused = Promise.withResolvers<never>();
  refused.promise.catch(() => undefined);
  for (let sent = 0; ; ) {
    for (let now = performance.now(); ; sent += 1) {
      const due = begun + (sent * 1_000) / perSecond;
      if (due > now || due > end) break;
      const sending = send(sent, due).finally(() => under.delete(sending));
      sending.catch(refused.reject);
      under.add(sending);
    }
    const next = begun + (sent * 1_000) / perSecond;
    if (next > end) break;
    await Promise.race([delay(Math.max(0, next - performance.now())), refused.promise]);
  }
  await Promise.race([Promise.all(under), refused.promise]);
}
