import { requireFuture } from '../future.ts';
import type { Inside, Log, Verdict } from '../log/index.ts';
import { accountGone, type Viewer } from '../user/index.ts';
import { isQuietAlike, type QuietHours } from './quiet-hours.ts';
import { putQuietHours, putSilentUntil, quietHoursOf, registration, silentUntilOf } from './store.ts';

/** The parts needed to set when a user gets no pushes. */
export interface SilenceParts {
  readonly log: Log;
}

/**
 * Sets the viewer's quiet hours. A change that changes nothing appends no entry. Throws NOT_FOUND if the session has ended meanwhile,
 * UNAVAILABLE.
 */
export function settleQuietHours(parts: SilenceParts, viewer: Viewer, quiet: QuietHours | null): Promise<void> {
  const { userId } = viewer;
  return settle(parts, viewer, async (inside) => {
    const before = await inside.read(quietHoursOf, userId);
    return isQuietAlike(before, quiet) ? null : (tx) => putQuietHours(tx, userId, quiet);
  });
}

/**
 * Sets the time until which the viewer gets no pushes. A change that changes nothing appends no entry. Throws NOT_FOUND if the session has
 * ended meanwhile, INVALID_INPUT (silentUntil), UNAVAILABLE.
 */
export function settleSilentUntil(parts: SilenceParts, viewer: Viewer, silentUntil: Date | null): Promise<void> {
  const { userId } = viewer;
  return settle(parts, viewer, async (inside) => {
    requireFuture(silentUntil, { now: inside.now, field: 'silentUntil' });
    const before = await inside.read(silentUntilOf, userId);
    return before?.getTime() === silentUntil?.getTime() ? null : (tx) => putSilentUntil(tx, userId, silentUntil);
  });
}

type Write = NonNullable<Extract<Verdict<void>, { readonly write?: unknown }>['write']>;

/** Decides what to write with the account's stream locked, and announces it to the user's devices. Null: nothing changes. */
function settle({ log }: SilenceParts, { userId, sessionId }: Viewer, decide: (inside: Inside) => Promise<Write | null>): Promise<void> {
  return log.append<void>({
    lock: [userId],
    async decide(inside): Promise<Verdict<void>> {
      const session = await inside.read(registration, sessionId);
      if (session?.userId !== userId) throw accountGone();
      const write = await decide(inside);
      if (write === null) return { result: () => undefined };
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'SettingsChanged', data: {} } }],
        write,
        result: () => undefined,
      };
    },
  });
}
