/** A value as it is kept: a row's columns in their order, as JSON has them. */
export type Packed = readonly (string | number | boolean | null)[];

/** What is kept of one kind of thing, and how it is read. */
export interface CacheKind<K, V> {
  readonly name: string;
  /** What a packed value is made of. What a release with another shape has kept is not read. */
  readonly shape: string;
  /** Names a key among those of its kind. */
  readonly key: (key: K) => string;
  readonly pack: (value: V) => Packed;
  /** Whether it has the shape of what `pack` makes. Who else writes to Redis may have put anything there: what does not fit is not unpacked. */
  readonly fits: (packed: readonly unknown[]) => boolean;
  readonly unpack: (packed: Packed) => V;
  /** Reads the database, in the order of the keys; null where there is nothing. What is not there is never kept. */
  readonly read: (keys: readonly K[]) => Promise<readonly (V | null)[]>;
  /**
   * False: a key names a version, under which the value is never another. True: it changes under its key, and whoever changes it, forgets it. Then it is
   * only kept while this node hears what others forget, and not for long.
   */
  readonly changes: boolean;
}

/** The database behind caches. */
export interface Cache<K, V> {
  /**
   * In the order asked for, null where there is nothing: what is kept in this process, else what is kept for all nodes, else what the database has, which is
   * read in one go and once for all who ask meanwhile. Throws what reading the database throws.
   */
  many(keys: readonly K[]): Promise<readonly (V | null)[]>;
  /**
   * From here on no read of this node that begins is answered what was read before; soon after, none of another node. What is being read is not kept.
   * Never rejects, and nobody need wait for it.
   */
  forget(keys: readonly K[]): void;
  /** The same, without telling other nodes: for who has heard by other ways that something changed. */
  renew(keys: readonly K[]): void;
}

/** How often a thing was found where. */
export interface CacheCounts {
  /** In this process. */
  readonly local: number;
  /** In Redis. */
  readonly remote: number;
  /** In neither: the database was read. */
  readonly missed: number;
}

/** The caches of a node. */
export interface Caches extends AsyncDisposable {
  of<K, V>(kind: CacheKind<K, V>): Cache<K, V>;
  /** Since the start: the same object at any time, with the counts of the moment. */
  readonly counts: CacheCounts;
}

/** How much is kept, and for how long. */
export interface CacheLimits {
  /** Of text in this process (config CACHE_MB, in bytes); 0: nothing is kept anywhere. */
  readonly bytes: number;
  /** For how long what has a version is kept, in ms (config CACHE_SECONDS). */
  readonly keptMs: number;
  /** The same of what changes under its key (config CACHE_PROFILE_SECONDS): so long it may be out of date where a node died before it could tell. */
  readonly changingMs: number;
  /** A read of the database is over after so many ms (config WRITE_DEADLINE_MS): what was forgotten in the meantime is not kept by it. */
  readonly readMs: number;
}
