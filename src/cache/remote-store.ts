import type { L2CacheDriver } from 'bentocache/types';
import type { Logger } from 'pino';
import { z } from 'zod';
import { createIgnoredReports, type ReportIgnored } from '../ignored-data.ts';
import { readJson } from '../read-json.ts';
import { together } from '../together.ts';
import type { Remote } from './remote.ts';

/** The parts and settings of a store that all nodes share. */
export interface RemoteStoreParts {
  readonly remote: Remote;
  /** How long nothing can be cached under an invalidated key, in ms: longer than any read takes. */
  readonly barredMs: number;
  /** How long values that change under their keys are cached, in ms. */
  readonly changingMs: number;
  /** Returns whether a value has the shape that belongs to a key. */
  readonly fits: (key: string, packed: readonly unknown[]) => boolean;
  readonly logger: Logger;
}

// As many keys as one read of the database takes.
const keysAtOnce = 500;
// How long Redis is not asked after it did not answer. One read then finds out whether it answers again.
const restMs = 1_000;
// The value that bars a key. No row is packed as this.
const barred = '';
// The library's format. Times are in ms. `tags` must be empty: with tags, the library would look those up too.
const kept = z.object({
  value: z.array(z.unknown()),
  createdAt: z.number(),
  logicalExpiration: z.number(),
  tags: z.array(z.unknown()).max(0).optional(),
});

/**
 * The cache that all nodes share. Writes are not awaited, and while Redis does not answer the cache is treated as empty.
 *
 * An invalidated key is barred for a while: nothing is cached under it. A read that started before the invalidation may end after it, on
 * any node.
 */
export class RemoteStore implements L2CacheDriver {
  readonly type = 'l2';
  readonly #parts: RemoteStoreParts;
  readonly #read: (key: string) => Promise<string | null>;
  readonly #complain: ReportIgnored;
  #restsUntil = 0;

  constructor(parts: RemoteStoreParts) {
    this.#parts = parts;
    this.#complain = createIgnoredReports(parts.logger, 'what stands in the cache in Redis cannot be read and is not used');
    this.#read = together((keys: readonly string[]) => this.#readAll(keys), { atOnce: keysAtOnce, name: (key) => key });
  }

  async get(key: string): Promise<string | undefined> {
    const text = (await this.#read(key)) || undefined;
    if (text === undefined || this.#isSound(key, text)) return text;
    this.#complain(key, { length: text.length });
    // Drops the value only if it is still there, and so never removes the bar of an invalidation. The value read next is put after this on
    // the same connection.
    void this.#send(this.#parts.remote.drop(key, text));
    return undefined;
  }

  async set(key: string, value: string, ttlMs = 0): Promise<boolean> {
    if (this.#isAway()) return false;
    // Not awaited: the caller has the value already.
    void this.#send(this.#parts.remote.add(key, value, ttlMs));
    return true;
  }

  async delete(key: string): Promise<boolean> {
    return this.deleteMany([key]);
  }

  /**
   * Invalidates keys. Awaited, so the bar exists once other nodes are told. If it could not be put, this node ignores the shared cache
   * until everything that changes has expired there.
   */
  async deleteMany(keys: string[]): Promise<boolean> {
    const { remote, barredMs, changingMs } = this.#parts;
    const marked = remote.ready && (await Promise.all(keys.map((key) => this.#send(remote.put(key, barred, barredMs))))).every(Boolean);
    if (!marked) this.#rest(changingMs);
    return marked;
  }

  async pull(): Promise<undefined> {
    throw new Error('nothing is taken out of a cache');
  }

  async clear(): Promise<void> {
    throw new Error('what all nodes keep is never cleared: it expires');
  }

  namespace(): RemoteStore {
    throw new Error('kinds are told apart by their keys');
  }

  async disconnect(): Promise<void> {}

  /** Returns whether a text is in the library's format and has the shape that belongs to the key. */
  #isSound(key: string, text: string): boolean {
    const { data } = kept.safeParse(readJson(text));
    return data !== undefined && this.#parts.fits(key, data.value);
  }

  #rest(ms: number): void {
    this.#restsUntil = Math.max(this.#restsUntil, performance.now() + ms);
  }

  #isAway(): boolean {
    return !this.#parts.remote.ready || performance.now() < this.#restsUntil;
  }

  async #readAll(keys: readonly string[]): Promise<readonly (string | null)[]> {
    const nothing = keys.map(() => null);
    if (this.#isAway()) return nothing;
    try {
      return await this.#parts.remote.read(keys);
    } catch (error) {
      this.#rest(restMs);
      this.#parts.logger.debug({ err: error }, 'the Redis cache did not answer');
      return nothing;
    }
  }

  async #send(sent: Promise<void>): Promise<boolean> {
    try {
      await sent;
      return true;
    } catch (error) {
      this.#parts.logger.debug({ err: error }, 'the Redis cache could not be written');
      return false;
    }
  }
}
