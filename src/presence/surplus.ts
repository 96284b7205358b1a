import type { Config } from '../config.ts';
import type { Connection } from './roster.ts';

/** Connections that a user may not have beside their others, by why. */
export interface Surplus {
  readonly replaced: readonly Connection[];
  readonly tooMany: readonly Connection[];
}

/** Orders connections by when they began, the oldest first; on every node alike. */
export function byAge(one: Connection, other: Connection): number {
  return one.since.getTime() - other.since.getTime() || (one.id < other.id ? -1 : 1);
}

/** What of a user's connections, the oldest first, is to end by config DEVICE_POLICY and MAX_CONNECTIONS: always the older. */
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
