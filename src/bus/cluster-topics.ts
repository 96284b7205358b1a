import type { Logger } from 'pino';
import type { OnMessage } from './bus.ts';
import { unavailable } from './redis-topics.ts';
import type { Shard } from './shard.ts';
import { slotOf } from './slot.ts';

/** The channels subscribed in a cluster, each at the shard that owns its slot, also after the slot moves. */
export interface ClusterTopics extends Disposable {
  /**
   * Subscribes to a channel. Resolves once its shard has acknowledged. Throws ChatError UNAVAILABLE if that does not happen in time; then
   * the channel is left.
   */
  join(channel: string, onMessage: OnMessage): Promise<void>;
  /** Leaves a channel. OnMessage is not called after it returns; the shard is told in the background. */
  leave(channel: string): void;
  heard(shard: Shard, channel: string, message: string): void;
  /** The shard has lost its connection. */
  lost(shard: Shard): void;
  /** The shard has refused channels. They are asked for again. */
  refused(shard: Shard): void;
  /** Slots may have moved, or a shard may have returned: subscribes every channel at the shard that owns it. */
  settle(): void;
  /** False while a channel that was acknowledged before is not subscribed. */
  readonly live: boolean;
}

/** The parts that the topics need. */
export interface ClusterTopicsParts {
  readonly shardOf: (slot: number) => Shard | undefined;
  /** True if all channels of one SUBSCRIBE must share a slot. */
  readonly bySlot: boolean;
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** Called after channels were lost, once those whose shards can be reached are acknowledged again. */
  readonly onRestored: () => void;
  /** Called when a shard refuses or does not acknowledge channels: the map may be out of date. */
  readonly onDoubt: () => void;
}

/** A wanted channel. A channel that is left and joined again gets another seat. */
interface Seat {
  readonly channel: string;
  readonly slot: number;
  readonly onMessage: OnMessage;
  readonly settle: () => void;
  readonly refuse: (error: unknown) => void;
  /** The shard, and its session, that was last asked for the channel. Undefined once that session is lost or has refused. */
  shard: Shard | undefined;
  session: object | undefined;
  /** Whether it was ever acknowledged: only then can messages be missed. */
  reliedOn: boolean;
}

// Redis answers each channel of a SUBSCRIBE separately. One command for all of them would block it for too long.
const channelsPerCommand = 500;
// A cluster that moves a slot tells its nodes within about a second. Asking more often would not help.
const askAgainMs = 200;

/** Keeps channels subscribed. A seat is in `open` until it is acknowledged on the current session of the shard that owns its slot. */
export function keepClusterTopics({ shardOf, bySlot, timeoutMs, logger, onRestored, onDoubt }: ClusterTopicsParts): ClusterTopics {
  const seats = new Map<string, Seat>();
  const open = new Set<Seat>();
  // Seats that were acknowledged once and are not subscribed now; `restoring` are those that are being asked for.
  const lostSeats = new Set<Seat>();
  const restoring = new Set<Seat>();
  let restored = false;
  let placing = false;
  let retry: NodeJS.Timeout | undefined;

  // Everything wanted within one turn of the event loop is asked for together.
  function place(): void {
    if (placing) return;
    placing = true;
    queueMicrotask(() => {
      placing = false;
      for (const group of groupsToAsk()) void ask(group);
    });
  }

  function groupsToAsk(): readonly (readonly [Shard, readonly Seat[]])[] {
    const groups = new Map<string, [Shard, Seat[]]>();
    for (const seat of open) {
      const shard = shardOf(seat.slot);
      if (shard?.session === undefined || seat.session === shard.session) continue;
      seat.shard = shard;
      seat.session = shard.session;
      if (lostSeats.has(seat)) restoring.add(seat);
      const key = bySlot ? String(seat.slot) : shard.address;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [shard, [seat]]);
      else group[1].push(seat);
    }
    return [...groups.values()].flatMap(([shard, all]) => chunks(all).map((some) => [shard, some] as const));
  }

  async function ask([shard, asked]: readonly [Shard, readonly Seat[]]): Promise<void> {
    const { session } = shard;
    const stillMeant = (seat: Seat): boolean => open.has(seat) && seat.session === session;
    try {
      await shard.ask(asked.map(({ channel }) => channel));
    } catch (error) {
      for (const seat of asked.filter(stillMeant)) unask(seat);
      // The connection is lost; its reconnect asks again.
      if (shard.session !== session) return;
      logger.debug({ err: error, channels: asked.length }, 'channel subscriptions were not acknowledged');
      askAgain();
      return;
    }
    for (const seat of asked.filter(stillMeant)) acknowledge(seat);
    reportRestored();
  }

  function acknowledge(seat: Seat): void {
    open.delete(seat);
    restoring.delete(seat);
    if (lostSeats.delete(seat)) restored = true;
    seat.reliedOn = true;
    seat.settle();
  }

  function reportRestored(): void {
    if (!restored || restoring.size > 0) return;
    restored = false;
    onRestored();
  }

  function askAgain(): void {
    retry ??= setTimeout(() => {
      retry = undefined;
      onDoubt();
      place();
    }, askAgainMs);
  }

  function unask(seat: Seat): void {
    seat.session = undefined;
    seat.shard = undefined;
    restoring.delete(seat);
  }

  function reopen(seat: Seat): void {
    unask(seat);
    open.add(seat);
    if (seat.reliedOn) lostSeats.add(seat);
  }

  async function join(channel: string, onMessage: OnMessage): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fresh = { shard: undefined, session: undefined, reliedOn: false };
    const seat: Seat = { channel, slot: slotOf(channel), onMessage, settle: resolve, refuse: reject, ...fresh };
    seats.set(channel, seat);
    open.add(seat);
    place();
    const timer = setTimeout(reject, timeoutMs, new Error(`not acknowledged within ${timeoutMs} ms`));
    try {
      await promise;
    } catch (cause) {
      if (seats.get(channel) === seat) leave(channel);
      throw unavailable(cause);
    } finally {
      clearTimeout(timer);
    }
  }

  function leave(channel: string): void {
    const seat = seats.get(channel);
    if (seat === undefined) return;
    seats.delete(channel);
    for (const set of [open, lostSeats, restoring]) set.delete(seat);
    seat.shard?.leave(channel);
    reportRestored();
  }

  function lost(shard: Shard): void {
    for (const seat of seats.values()) if (seat.shard === shard) reopen(seat);
    reportRestored();
  }

  function refused(shard: Shard): void {
    for (const seat of open) if (seat.shard === shard) unask(seat);
    askAgain();
  }

  function settle(): void {
    for (const seat of seats.values()) {
      if (seat.shard === undefined || seat.shard === shardOf(seat.slot)) continue;
      // A node that no longer owns the slot may still deliver messages, which would then be received twice.
      seat.shard.leave(seat.channel);
      reopen(seat);
    }
    place();
  }

  function dispose(): void {
    clearTimeout(retry);
    for (const seat of seats.values()) seat.refuse(new Error('the bus is closed'));
    for (const all of [seats, open, lostSeats, restoring]) all.clear();
  }

  return {
    ...{ join, leave, lost, refused, settle },
    heard: (shard, channel, message) => {
      const seat = seats.get(channel);
      if (seat?.shard === shard && seat.session === shard.session) seat.onMessage(message);
    },
    get live() {
      return lostSeats.size === 0;
    },
    [Symbol.dispose]: dispose,
  };
}

function chunks(all: readonly Seat[]): readonly (readonly Seat[])[] {
  return Array.from({ length: Math.ceil(all.length / channelsPerCommand) }, (_, at) =>
    all.slice(at * channelsPerCommand, (at + 1) * channelsPerCommand),
  );
}
