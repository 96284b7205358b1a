import { z } from 'zod';
import { readJson } from '../read-json.ts';
import type { Standing } from './roster.ts';

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
 * What travels on a user's topic, to the nodes on which somebody watches them. `standing`: they are connected otherwise; lastSeenAt: they are not any more.
 * `chosen`: how they wish to be seen, and all else about them, is to be read anew. `access`: so is whether they and these others, or everybody, may watch each other.
 */
export type PresenceHint =
  | ({ readonly kind: 'standing'; readonly rev: number; readonly lastSeenAt: Date | null } & Standing)
  | { readonly kind: 'chosen' }
  | { readonly kind: 'access'; readonly others: readonly bigint[] | null };

/** The bus topic of a user's presence. */
export function presenceTopic(userId: bigint): string {
  return `presence:${userId}`;
}

/** A hint as bus text: JSON with ids as decimal text. */
export function formatPresenceHint(hint: PresenceHint): string {
  return JSON.stringify(hint, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
}

/** Reads bus text back; null for what another release wrote and this one cannot place, and for what is none. */
export function parsePresenceHint(message: string): PresenceHint | null {
  const { success, data } = parsed.safeParse(readJson(message));
  return success ? data : null;
}
