import { z } from 'zod';
import { readJson } from '../read-json.ts';
import type { ConnectionSummary } from './roster.ts';

const id = z.coerce.bigint();
const parsed = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('standing'),
    rev: z.number(),
    devices: z.number(),
    idle: z.boolean(),
    lastSeenAt: z.coerce.date().nullable(),
  }),
  z.object({ kind: z.literal('chosen') }),
  z.object({ kind: z.literal('access'), others: z.array(id).nullable() }),
]);

/**
 * A message on a user's presence topic, for the nodes that watch the user.
 * - `standing`: the user's connections have changed. `lastSeenAt` is set if they have none any more.
 * - `chosen`: the user's choice or profile has changed; read everything about the user again.
 * - `access`: who may watch whom has changed between the user and `others`, or everybody if `others` is null; read it again.
 */
export type PresenceHint =
  | ({ readonly kind: 'standing'; readonly rev: number; readonly lastSeenAt: Date | null } & ConnectionSummary)
  | { readonly kind: 'chosen' }
  | { readonly kind: 'access'; readonly others: readonly bigint[] | null };

/** Returns the bus topic of a user's presence. */
export function presenceTopic(userId: bigint): string {
  return `presence:${userId}`;
}

/** Formats a hint for the bus: JSON with ids as decimal strings. */
export function formatPresenceHint(hint: PresenceHint): string {
  return JSON.stringify(hint, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
}

/** Parses a bus message. Null if it is no hint, or one of another release that this release does not know. */
export function parsePresenceHint(message: string): PresenceHint | null {
  const { success, data } = parsed.safeParse(readJson(message));
  return success ? data : null;
}
