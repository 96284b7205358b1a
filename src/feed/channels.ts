import type { Logger } from 'pino';
import type { Bus, Unsubscribe } from '../bus/index.ts';
import type { StreamRow } from '../db/index.ts';
import { createIgnoredReports } from '../ignored-data.ts';
import { type Log, markerCount, parseHint, streamTopic } from '../log/index.ts';
import { noTracer, type Tracer } from '../tracer.ts';
import { type Channel, type ChannelParts, StreamChannel } from './channel.ts';
import { createHeadReader } from './heads.ts';
import { createSpare } from './ring.ts';

/** A channel that is held open until `release`. */
export interface HeldChannel {
  readonly channel: Channel;
  release(): void;
}

/** The channels of this node, one for each stream with a holder. A channel opens with its first holder and closes with its last. */
export interface Channels extends AsyncDisposable {
  /**
   * Opens the channels of these streams. When it resolves, each channel's position is a head that was read after the bus acknowledged its
   * topic, so no later commit can be missed. Throws ChatError UNAVAILABLE if the bus or the database does not answer. Then no channel is
   * held.
   */
  hold(ids: readonly bigint[]): Promise<readonly HeldChannel[]>;
  /**
   * The head check: compares every open channel with the log. It finds lost hints, and entries and moves of own markers that a node
   * committed but was killed before publishing.
   */
  check(): Promise<void>;
}

interface Slot {
  readonly source: StreamChannel;
  readonly opened: Promise<void>;
  unsubscribe: Unsubscribe | undefined;
  started: boolean;
  holders: number;
}

interface Parts {
  readonly log: Log;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly headCheckMs: number;
  readonly maxGap: number;
  readonly typingMs: () => number;
  /** The node's clock. */
  readonly now: () => Date;
  readonly onHeard?: ChannelParts['onHeard'];
  readonly tracer?: Tracer | undefined;
}

// While the bus is away, only the head check finds what other nodes have stored. It then runs ten times as often, with one statement for
// all streams of a node, but at most every 250 ms unless it is configured to run more often.
const blindShare = 10;
const leastBlindMs = 250;

class Hold implements HeldChannel {
  readonly channel: Channel;
  #slot: Slot | undefined;
  readonly #letGo: (slot: Slot) => void;

  constructor(slot: Slot, letGo: (slot: Slot) => void) {
    this.channel = slot.source;
    this.#slot = slot;
    this.#letGo = letGo;
  }

  release(): void {
    if (this.#slot !== undefined) this.#letGo(this.#slot);
    this.#slot = undefined;
  }
}

/** Creates the channels of a node and starts the head check. */
export function createChannels({ log, bus, logger, headCheckMs, maxGap, typingMs, now, onHeard, tracer = noTracer }: Parts): Channels {
  const slots = new Map<bigint, Slot>();
  const complain = createIgnoredReports(logger, 'a hint could not be read and was ignored; if it was of an entry, the head check finds it');
  const readHeads = createHeadReader(log);
  const parts: ChannelParts = { log, logger, maxGap, typingMs, now, onHeard, tracer, spare: createSpare() };
  let closed = false;

  function slotsFor(ids: readonly bigint[]): readonly Slot[] {
    const fresh = ids.filter((id) => !slots.has(id));
    if (fresh.length > 0) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      // Callers of `hold` get the rejection. If all holders have left, nobody does, and the rejection must not be unhandled.
      promise.catch(() => undefined);
      for (const id of fresh) {
        slots.set(id, {
          source: new StreamChannel(id, parts),
          opened: promise,
          unsubscribe: undefined,
          started: false,
          holders: 0,
        });
      }
      open(fresh).then(resolve, reject);
    }
    return ids.map((id) => {
      const slot = slots.get(id);
      if (slot === undefined) throw new Error(`channel ${id} vanished while it was opened`);
      return slot;
    });
  }

  async function open(ids: readonly bigint[]): Promise<void> {
    try {
      // Waits for every topic, even if one fails: a topic whose subscription is pending could not be subscribed again.
      const refused = (await Promise.allSettled(ids.map(subscribe))).find(({ status }) => status === 'rejected');
      if (refused?.status === 'rejected') throw refused.reason;
      const heads = await readHeads(ids);
      for (const id of ids) start(id, heads.get(id));
    } catch (error) {
      for (const id of ids) drop(id);
      throw error;
    }
    for (const id of ids) if (slots.get(id)?.holders === 0) drop(id);
  }

  function start(id: bigint, head: StreamRow | undefined): void {
    const slot = slots.get(id);
    if (slot === undefined) return;
    slot.started = true;
    slot.source.start(head?.lastSeq ?? 0, head === undefined ? 0 : markerCount(head));
  }

  async function subscribe(id: bigint): Promise<void> {
    const slot = slots.get(id);
    if (slot === undefined) return;
    const unsubscribe = await bus.subscribe(streamTopic(id), (message) => receive(slot, message));
    if (slots.get(id) === slot) slot.unsubscribe = unsubscribe;
    else unsubscribe();
  }

  function receive({ source }: Slot, message: string): void {
    const hint = parseHint(source.streamId, message);
    try {
      if (hint === null) complain(streamTopic(source.streamId));
      else source.receive(hint);
    } catch (error) {
      logger.error({ err: error, streamId: String(source.streamId) }, 'a hint could not be handled; the head check will find its entry');
    }
  }

  function drop(id: bigint): void {
    const slot = slots.get(id);
    if (slot === undefined) return;
    slots.delete(id);
    slot.unsubscribe?.();
    slot.source.close();
  }

  async function hold(ids: readonly bigint[]): Promise<readonly HeldChannel[]> {
    if (closed) throw new Error('the channels are closed');
    const wanted = slotsFor(ids);
    for (const slot of wanted) slot.holders += 1;
    const held = wanted.map((slot) => new Hold(slot, letGo));
    try {
      await Promise.all(wanted.map((slot) => slot.opened));
      return held;
    } catch (error) {
      for (const one of held) one.release();
      throw error;
    }
  }

  function letGo(slot: Slot): void {
    slot.holders -= 1;
    // A channel that is still opening is closed once it is open.
    if (slot.holders === 0 && slot.started && slots.get(slot.source.streamId) === slot) drop(slot.source.streamId);
  }

  async function check(): Promise<void> {
    try {
      const known = [...slots.values()].map(({ source }) => source.knownHead());
      for (const { id, lastSeq, markerCount: moves } of await log.movedHeads(known)) {
        const source = slots.get(id)?.source;
        source?.reaches(lastSeq);
        source?.markersReach(moves);
      }
    } catch (error) {
      logger.warn({ err: error }, 'the head check failed; the next one retries it');
    }
  }

  const blindMs = Math.max(headCheckMs / blindShare, Math.min(headCheckMs, leastBlindMs));
  const usually = Math.round(headCheckMs / blindMs);
  let ticks = 0;
  // Nodes that were started together must not check together, so each interval varies by up to a fifth.
  let timer = later();
  function later(): NodeJS.Timeout {
    return setTimeout(() => void tick().finally(again), blindMs * (0.8 + 0.4 * Math.random())).unref();
  }
  async function tick(): Promise<void> {
    ticks += 1;
    const isUsual = ticks % usually === 0;
    if (isUsual) for (const { source } of slots.values()) source.narrow();
    if (isUsual || !bus.healthy) await check();
  }
  function again(): void {
    if (!closed) timer = later();
  }
  // After a gap in the bus, the check compares the counts of own markers along with the heads. Only users whose counts differ read their
  // markers again.
  const deafen = bus.onGap(() => void check());

  return {
    hold,
    check,
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(timer);
      deafen();
      for (const id of [...slots.keys()]) drop(id);
    },
  };
}
