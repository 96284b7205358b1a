import { MemoryDriver } from 'bentocache/drivers/memory';
import type { L1CacheDriver } from 'bentocache/types';
import type { Flights } from './flights.ts';

// What a row takes as JSON at the least, times what a busy map needs of room: it bounds the places, the bytes bound the text.
const bytesPerItem = 256;

/** What a node keeps in its own memory: so much text at most, and nothing that was read before it was forgotten. */
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
