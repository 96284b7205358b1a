/** A cached value: the columns of a row in their order, as JSON values. */
export type Packed = readonly (string | number | boolean | null)[];

/** One kind of cached value, and how to read it. */
export interface CacheKind<K, V> {
  readonly name: string;
  /** Describes the contents of a packed value. Values that another release cached with another shape are not read. */
  readonly shape: string;
  /** Names a key within its kind. */
  readonly key: (key: K) => string;
  readonly pack: (value: V) => Packed;
  /**
   * Returns whether a value read from Redis has the shape that `pack` produces. Anything with access to Redis may have written there. What
   * does not fit is not unpacked.
   */
  readonly fits: (packed: readonly unknown[]) => boolean;
  readonly unpack: (packed: Packed) => V;
  /** Reads values from the database, in the order of the keys. Null for a key without a value. Such a key is never cached. */
  readonly read: (keys: readonly K[]) => Promise<readonly (V | null)[]>;
  /**
   * False if a key names a version, whose value never changes. True if the value under a key changes, and every writer calls `forget`. Such
   * values are cached for a shorter time, and only while this node receives the bus messages of the other nodes.
   */
  readonly changes: boolean;
}

/** A cache of one kind of value. */
export interface Cache<K, V> {
  /**
   * Reads values in the order of the keys, null for a key without a value. Looks in this process, then in Redis, then in the database.
   * Misses are read together, and concurrent reads of a key share one read. Throws what the read of the database throws.
   */
  many(keys: readonly K[]): Promise<readonly (V | null)[]>;
  /**
   * Invalidates keys. A read on this node that starts afterwards does not get an older value. Other nodes follow soon after. Reads in
   * progress are not cached. Never rejects, and need not be awaited.
   */
  forget(keys: readonly K[]): void;
  /** Invalidates keys without telling other nodes: for a caller that learned of the change in another way. */
  renew(keys: readonly K[]): void;
}

/** How often a value was found, and where. */
export interface CacheCounts {
  /** In this process. */
  readonly local: number;
  /** In Redis. */
  readonly remote: number;
  /** In neither, so the database was read. */
  readonly missed: number;
}

/** The caches of a node. Disposing them waits until the other nodes have been told of all invalidations. */
export interface Caches extends AsyncDisposable {
  of<K, V>(kind: CacheKind<K, V>): Cache<K, V>;
  /** Counts since the start. Always the same object, whose counts change. */
  readonly counts: CacheCounts;
}

/** How much is cached, and for how long. */
export interface CacheLimits {
  /** Most text cached in this process, in bytes (from config CACHE_MB). 0 turns off all caching. */
  readonly bytes: number;
  /** How long a value with a version in its key is cached, in ms (config CACHE_SECONDS). */
  readonly keptMs: number;
  /**
   * How long a value that changes under its key is cached, in ms (config CACHE_PROFILE_SECONDS). After a node died between a change and its
   * bus message, the value can be out of date for this long.
   */
  readonly changingMs: number;
  /**
   * The longest time that a read of the database takes, in ms (config WRITE_DEADLINE_MS). A read that started before an invalidation cannot
   * fill the cache after it.
   */
  readonly readMs: number;
}
