import type { Logger } from 'pino';
import { ChatError } from '../errors.ts';
import { recorded, type Tracer } from '../tracer.ts';
import { backOff } from './back-off.ts';
import type { Effect, EntryRun } from './effect.ts';
import type { Turns } from './turns.ts';

/** An effect that was given up for one entry. */
export interface Failed {
  readonly effect: string;
  readonly streamId: bigint;
  readonly seq: number;
  readonly reason: string;
}

/** The parts needed to act on a run. */
export interface RunParts {
  readonly effects: readonly Effect[];
  readonly logger: Logger;
  readonly tracer: Tracer;
  /** The number of failures after which an effect is given up. */
  readonly attempts: number;
  /** Stores an effect that was given up, so that the stream can go on without it. */
  readonly giveUp: (failed: Failed) => Promise<void>;
}

/** The turns to share, and the signal that aborts. */
interface Manner {
  readonly turns: Turns;
  readonly signal: AbortSignal;
}

/** An effect that runs longer than this hangs: effects may wait for seconds only. */
const actMs = 60_000;

/**
 * Calls all effects for a run, in parallel, each until it succeeds. A failed effect waits outside of its turn and is retried. One that
 * fails too often is called for each entry alone, so that a single bad entry affects only itself; entries that still fail are given up.
 * Nothing is given up while the database or Redis is away. Rejects if the signal aborts; it is unknown then what was done.
 */
export async function actOnRun(parts: RunParts, run: EntryRun, manner: Manner): Promise<void> {
  const settled = await Promise.allSettled(parts.effects.map((effect) => perform(parts, effect, run, manner)));
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
}

async function perform(parts: RunParts, effect: Effect, run: EntryRun, manner: Manner): Promise<void> {
  const failure = await tryOften(parts, effect, run, { ...manner, attempts: parts.attempts });
  if (failure === null) return;
  for (const entry of run.entries) {
    // A run of one entry has had its attempts already.
    const alone = { ...run, entries: [entry] };
    const reason = run.entries.length === 1 ? failure : await tryOften(parts, effect, alone, { ...manner, attempts: 1 });
    if (reason === null) continue;
    const { streamId } = run;
    parts.logger.error(
      { err: reason, effect: effect.name, streamId: String(streamId), seq: entry.seq },
      'an effect failed permanently and became a dead job',
    );
    await parts.giveUp({ effect: effect.name, streamId, seq: entry.seq, reason: String(reason) });
  }
}

/** Returns null on success, otherwise the last failure. */
async function tryOften(
  { logger, tracer }: RunParts,
  effect: Effect,
  run: EntryRun,
  { turns, signal, attempts }: Manner & { readonly attempts: number },
): Promise<unknown> {
  let failures = 0;
  for (let tries = 0; ; tries += 1) {
    try {
      await turns.take(() => actWithin({ tracer, effect }, run, signal), signal);
      return null;
    } catch (error) {
      signal.throwIfAborted();
      if (!isAway(error)) failures += 1;
      if (failures >= attempts) return error;
      logger.warn({ err: error, effect: effect.name, streamId: String(run.streamId) }, 'an effect failed; it will be retried');
      await backOff(tries, signal);
    }
  }
}

/** Calls an effect and rejects if it takes longer than `actMs`. */
export async function actWithin(
  { tracer, effect }: { readonly tracer: Tracer; readonly effect: Effect },
  run: EntryRun,
  signal: AbortSignal,
): Promise<void> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(actMs)]);
  const late = Promise.withResolvers<never>();
  const giveUp = (): void => late.reject(over.reason);
  over.addEventListener('abort', giveUp, { once: true });
  try {
    const span = tracer.enter(`effect ${effect.name}`, { notes: { 'mpim.entries': run.entries.length } });
    await recorded(tracer, span, () => Promise.race([effect.act(run, over), late.promise]));
  } finally {
    over.removeEventListener('abort', giveUp);
  }
}

function isAway(error: unknown): boolean {
  return error instanceof ChatError && error.code === 'UNAVAILABLE';
}
