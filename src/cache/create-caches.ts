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

/** What the caches of several nodes have in common. */
export interface SharedParts {
  /** Undefined: each node keeps things for itself alone. */
  readonly remote: Remote | undefined;
  /** On which the nodes tell each other what they forget. */
  readonly transport: BusDriver;
  readonly bus: Pick<Bus, 'healthy' | 'onGap'>;
}

interface Parts {
  readonly limits: CacheLimits;
  readonly logger: Logger;
  /** Undefined: there is no other node. */
  readonly shared?: SharedParts | undefined;
}

// Under every dialect's bound on what one statement takes.
const keysAtOnce = 400;
// A read that has begun by the clock of one node ends before the mark does by that of Redis.
const barredMarginMs = 5_000;
// Four billion shapes: two of one kind that meet by chance are not to be expected.
const shapeLength = 8;

/** Makes the caches of a node: over memory alone, or over memory and what all nodes keep in common. */
export function createCaches({ limits, logger, shared }: Parts): Caches {
  const counts = { local: 0, remote: 0, missed: 0 };
  const flights = new Flights();
  const local = new LocalStore(limits.bytes, flights);
  const barredMs = limits.readMs + barredMarginMs;
  /** By what the keys of their kind begin with. */
  const fits = new Map<string, CacheKind<never, never>['fits']>();
  const remote =
    shared?.remote &&
    new RemoteStore({
      ...{ remote: shared.remote, barredMs, changingMs: limits.changingMs, logger },
      fits: (key, packed) => fits.get(key.slice(0, key.indexOf(':') + 1))?.(packed) ?? false,
    });
  const bento = makeBento({ local, remote, transport: shared?.transport, emitter: countingInto(counts) });
  // What was forgotten meanwhile was not heard.
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

    // Whoever shares a read shares its failure too: in the lock of the library each would wait for the next to fail.
    function one(key: K): Promise<V | null> {
      const name = nameOf(key);
      return flights.share(name, () => look(key, name));
    }

    const isDeaf = (): boolean => kind.changes && shared?.bus.healthy === false;
    return {
      many: (keys) => Promise.all(keys.map(isDeaf() ? readOne : one)),
      forget(keys) {
        if (keys.length > 0) void bento.deleteMany({ keys: keys.map(nameOf) });
      },
      renew(keys) {
        if (keys.length === 0) return;
        const names = keys.map(nameOf);
        local.deleteMany(names);
        // What is asked for after it comes after it on the same connection.
        void remote?.deleteMany(names);
      },
    };
  }

  async function close(): Promise<void> {
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
  // What could not be told is not told later: it is out of date by then, and the bus reports the gap.
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

/** Caches that keep nothing: each read is one of the database. */
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
