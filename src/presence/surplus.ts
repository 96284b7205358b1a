import type { Config } from '../config/index.ts';
import type { Connection } from './roster.ts';

/** The connections of a user that must be closed, by reason. */
export interface Surplus {
  readonly replaced: readonly Connection[];
  readonly tooMany: readonly Connection[];
}

/** Orders connections by age, the oldest first. The order is the same on every node. */
export function byAge(one: Connection, other: Connection): number {
  return one.since.getTime() - other.since.getTime() || (one.id < other.id ? -1 : 1);
}

/**
 * Selects the connections that break config DEVICE_POLICY or MAX_CONNECTIONS, given all of a user's connections, the oldest first. The
 * older ones are always selected.
 */
export function surplusOf(
  order: readonly Connection[],
  { devicePolicy, maxConnections }: Pick<Config, 'devicePolicy' | 'maxConnections'>,
): Surplus {
  function isReplaced({ deviceKind, sessionId }: Connection, place: number): boolean {
    return order.slice(place + 1).some((younger) => younger.deviceKind === deviceKind && younger.sessionId !== sessionId);
  }
  const replaced = devicePolicy === 'newest' ? order.filter(isReplaced) : [];
  const left = order.filter((one) => !replaced.includes(one));
  return { replaced, tooMany: left.slice(0, Math.max(0, left.length - maxConnections)) };
}
