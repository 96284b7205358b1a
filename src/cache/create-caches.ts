import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { BentoCache, bentostore, errors } from 'bentocache';
import type { BusDriver, CacheEvents } from 'bentocache/types';
import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';
import { together } from '../together.ts';
import type { Cache, CacheKind, CacheLimits, Caches, Packed } from './cache.ts';
import { Flights } from './flights.ts';
import { LocalStore } from './local-store.ts';
import type { Remote } from './remote.ts';
import { RemoteStore } from './remote-store.ts';

/** What the caches of several nodes share. */
export interface SharedParts {
  /** Undefined: values are cached in each node's memory only. */
  readonly remote: Remote | undefined;
  /** Carries invalidations between the nodes. */
  readonly transport: BusDriver;
  readonly bus: Pick<Bus, 'healthy' | 'onGap'>;
}

interface Parts {
  readonly limits: CacheLimits;
  readonly logger: Logger;
  /** Undefined for a system of one node. */
  readonly shared?: SharedParts | undefined;
}

// Below the limit of parameters per statement in every SQL dialect.
const keysAtOnce = 400;
// Covers the difference between the clocks: a read is bounded by the node's clock, its bar in Redis by that of Redis.
const barredMarginMs = 5_000;
// Hex digits: four billion shapes, so two shapes of one kind do not collide by chance.
const shapeLength = 8;

/** Creates the caches of a node: in memory alone, or in memory and in a store that all nodes share. */
export function createCaches({ limits, logger, shared }: Parts): Caches {
  const counts = { local: 0, remote: 0, missed: 0 };
  const flights = new Flights();
  const local = new LocalStore(limits.bytes, flights);
  const barredMs = limits.readMs + barredMarginMs;
  /** Keyed by the prefix of the keys of a kind. */
  const fits = new Map<string, CacheKind<never, never>['fits']>();
  const remote =
    shared?.remote &&
    new RemoteStore({
      ...{ remote: shared.remote, barredMs, changingMs: limits.changingMs, logger },
      fits: (key, packed) => fits.get(key.slice(0, key.indexOf(':') + 1))?.(packed) ?? false,
    });
  const bento = makeBento({ local, remote, transport: shared?.transport, emitter: countingInto(counts) });
  /** The invalidations that Redis and the other nodes are being told of. */
  const telling = new Set<Promise<unknown>>();
  // Invalidations published during the gap were not received.
  const stopHearing = shared?.bus.onGap(() => local.clear());

  function of<K, V>(kind: CacheKind<K, V>): Cache<K, V> {
    const prefix = `${kind.name}.${createHash('sha256').update(kind.shape).digest('hex').slice(0, shapeLength)}:`;
    fits.set(prefix, kind.fits);
    const nameOf = (key: K): string => prefix + kind.key(key);
    const ttl = kind.changes ? limits.changingMs : limits.keptMs;
    const readOne = together(kind.read, { atOnce: keysAtOnce, name: kind.key });

    async function look(key: K, name: string): Promise<V | null> {
      try {
        const packed = await bento.getOrSet<Packed | undefined>({
          key: name,
          ttl,
          skipBusNotify: true,
          async factory({ skip }) {
            const value = await readOne(key);
            return value === null ? skip() : kind.pack(value);
          },
        });
        return packed === undefined ? null : kind.unpack(packed);
      } catch (error) {
        throw error instanceof errors.E_FACTORY_ERROR ? error.cause : error;
      }
    }

    // Callers that share a read also share its failure. Without this, the library's lock would make each caller wait for the previous one
    // to fail.
    function one(key: K): Promise<V | null> {
      const name = nameOf(key);
      return flights.share(name, () => look(key, name));
    }

    const isDeaf = (): boolean => kind.changes && shared?.bus.healthy === false;
    return {
      many: (keys) => Promise.all(keys.map(isDeaf() ? readOne : one)),
      forget(keys) {
        if (keys.length === 0) return;
        const told: Promise<unknown> = bento.deleteMany({ keys: keys.map(nameOf) }).finally(() => telling.delete(told));
        telling.add(told);
      },
      renew(keys) {
        if (keys.length === 0) return;
        const names = keys.map(nameOf);
        local.deleteMany(names);
        // Not awaited: later reads use the same connection, so Redis executes them later.
        void remote?.deleteMany(names);
      },
    };
  }

  async function close(): Promise<void> {
    // Each is bounded by the time-outs of Redis. A command ends right after the change that it was started for.
    await Promise.all(telling);
    stopHearing?.();
    await bento.disconnect();
    await shared?.remote?.[Symbol.asyncDispose]();
  }

  return { of, counts, [Symbol.asyncDispose]: close };
}

interface Layers {
  readonly local: LocalStore;
  readonly remote: RemoteStore | undefined;
  readonly transport: BusDriver | undefined;
  readonly emitter: EventEmitter;
}

function makeBento({ local, remote, transport, emitter }: Layers) {
  const store = bentostore().useL1Layer({ options: {}, factory: () => local });
  if (remote !== undefined) store.useL2Layer({ options: {}, factory: () => remote });
  // No retries: a late invalidation is of no use, because the bus reports the gap and the cache is cleared then.
  if (transport !== undefined)
    store.useBus({ options: { retryQueue: { enabled: false, retryInterval: false } }, factory: () => transport });
  return new BentoCache({ default: 'rows', stores: { rows: store }, emitter });
}

function countingInto(counts: { local: number; remote: number; missed: number }): EventEmitter {
  const emitter = new EventEmitter();
  emitter.on('cache:hit', ({ layer }: CacheEvents['cache:hit']) => {
    counts[layer === 'l1' ? 'local' : 'remote'] += 1;
  });
  emitter.on('cache:miss', () => {
    counts.missed += 1;
  });
  return emitter;
}

/** Creates caches that store nothing: each read goes to the database. */
export function createNoCaches(): Caches {
  return {
    of: ({ read, key }) => {
      const one = together(read, { atOnce: keysAtOnce, name: key });
      return { many: (keys) => Promise.all(keys.map(one)), forget: () => undefined, renew: () => undefined };
    },
    counts: { local: 0, remote: 0, missed: 0 },
    async [Symbol.asyncDispose]() {},
  };
}
