import type { L2CacheDriver } from 'bentocache/types';
import type { Logger } from 'pino';
import { together } from '../together.ts';
import type { Remote } from './remote.ts';

/** What a store for all nodes is made of. */
export interface RemoteStoreParts {
  readonly remote: Remote;
  /** For how long nothing is kept under a key that was forgotten, in ms: longer than any read takes. */
  readonly barredMs: number;
  /** For how long what changes under its key is kept, in ms. */
  readonly changingMs: number;
  readonly logger: Logger;
}

// As many as one read of the database asks for.
const keysAtOnce = 500;
// Who hangs is not asked again by everybody: one read in so many ms finds out whether it answers.
const restMs = 1_000;
// No row is packed as this.
const barred = '';

/**
 * What all nodes keep in common. Nobody waits for it to be written, and while it does not answer it is as if nothing were in it. Under a key that was
 * forgotten a mark stays for a while, over which nothing is written: a read that began before may end after, on any node.
 */
export class RemoteStore implements L2CacheDriver {
  readonly type = 'l2';
  readonly #parts: RemoteStoreParts;
  readonly #read: (key: string) => Promise<string | null>;
  #restsUntil = 0;

  constructor(parts: RemoteStoreParts) {
    this.#parts = parts;
    this.#read = together((keys: readonly string[]) => this.#readAll(keys), { atOnce: keysAtOnce, name: (key) => key });
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#read(key)) || undefined;
  }

  async set(key: string, value: string, ttlMs = 0): Promise<boolean> {
    if (this.#isAway()) return false;
    // Not awaited: who has asked has the value already.
    void this.#send(this.#parts.remote.add(key, value, ttlMs));
    return true;
  }

  async delete(key: string): Promise<boolean> {
    return this.deleteMany([key]);
  }

  /** Awaited: whoever is told that a key was forgotten finds the mark. Where it cannot be put, this node believes nothing that is kept until it has expired. */
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
      this.#parts.logger.debug({ err: error }, 'the cache in Redis did not answer');
      return nothing;
    }
  }

  async #send(sent: Promise<void>): Promise<boolean> {
    try {
      await sent;
      return true;
    } catch (error) {
      this.#parts.logger.debug({ err: error }, 'the cache in Redis could not be written');
      return false;
    }
  }
}
