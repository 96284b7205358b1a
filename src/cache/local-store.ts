import { MemoryDriver } from 'bentocache/drivers/memory';
import type { L1CacheDriver } from 'bentocache/types';
import type { Flights } from './flights.ts';

// The least that a row takes as JSON, times the room that a busy map needs. This bounds the number of items, `bytes` bounds their text.
const bytesPerItem = 256;

/** The cache in a node's own memory. Holds a bounded amount of text, and never a value that was read before its key was invalidated. */
export class LocalStore implements L1CacheDriver {
  readonly type = 'l1';
  readonly #memory: MemoryDriver;
  readonly #flights: Flights;

  constructor(bytes: number, flights: Flights) {
    this.#memory = new MemoryDriver({ prefix: 'local', maxSize: bytes, maxEntrySize: bytes, maxItems: Math.ceil(bytes / bytesPerItem) });
    this.#flights = flights;
  }

  get(key: string): string | undefined {
    return this.#memory.get(key);
  }

  set(key: string, value: string, ttlMs?: number): boolean {
    return this.#flights.mayKeep(key) && this.#memory.set(key, value, ttlMs);
  }

  getRemainingTtl(key: string): number {
    return this.#memory.getRemainingTtl(key);
  }

  delete(key: string): boolean {
    this.#flights.forget(key);
    return this.#memory.delete(key);
  }

  deleteMany(keys: string[]): boolean {
    for (const key of keys) this.delete(key);
    return true;
  }

  clear(): void {
    this.#flights.forgetAll();
    this.#memory.clear();
  }

  pull(): undefined {
    throw new Error('nothing is taken out of a cache');
  }

  namespace(): LocalStore {
    throw new Error('kinds are told apart by their keys');
  }

  disconnect(): void {}
}
