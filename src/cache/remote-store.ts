import type { L2CacheDriver } from 'bentocache/types';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type Complain, createComplaints } from '../complaint.ts';
import { readJson } from '../read-json.ts';
import { together } from '../together.ts';
import type { Remote } from './remote.ts';

/** What a store for all nodes is made of. */
export interface RemoteStoreParts {
  readonly remote: Remote;
  /** For how long nothing is kept under a key that was forgotten, in ms: longer than any read takes. */
  readonly barredMs: number;
  /** For how long what changes under its key is kept, in ms. */
  readonly changingMs: number;
  /** Whether something has the shape of what is kept under a key. */
  readonly fits: (key: string, packed: readonly unknown[]) => boolean;
  readonly logger: Logger;
}

// As many as one read of the database asks for.
const keysAtOnce = 500;
// Who hangs is not asked again by everybody: one read in so many ms finds out whether it answers.
const restMs = 1_000;
// No row is packed as this.
const barred = '';
// As the library writes it. Times are in ms; tags, of which there are none, would have it ask for them too.
const kept = z.object({
  value: z.array(z.unknown()),
  createdAt: z.number(),
  logicalExpiration: z.number(),
  tags: z.array(z.unknown()).max(0).optional(),
});

/**
 * What all nodes keep in common. Nobody waits for it to be written, and while it does not answer it is as if nothing were in it. Under a key that was
 * forgotten a mark stays for a while, over which nothing is written: a read that began before may end after, on any node.
 */
export class RemoteStore implements L2CacheDriver {
  readonly type = 'l2';
  readonly #parts: RemoteStoreParts;
  readonly #read: (key: string) => Promise<string | null>;
  readonly #complain: Complain;
  #restsUntil = 0;

  constructor(parts: RemoteStoreParts) {
    this.#parts = parts;
    this.#complain = createComplaints(parts.logger, 'what stands in the cache in Redis cannot be read and is not used');
    this.#read = together((keys: readonly string[]) => this.#readAll(keys), { atOnce: keysAtOnce, name: (key) => key });
  }

  async get(key: string): Promise<string | undefined> {
    const text = (await this.#read(key)) || undefined;
    if (text === undefined || this.#isSound(key, text)) return text;
    this.#complain(key, { length: text.length });
    // Not over the mark of somebody who forgot it meanwhile. What is read now is put after it on the same connection.
    void this.#send(this.#parts.remote.drop(key, text));
    return undefined;
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

  /** Whether a text is what the library makes of something that is kept under the key. */
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
