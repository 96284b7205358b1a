import type { Rendering } from './delivery.ts';

/** A rendering that is kept for later listeners. */
interface Kept {
  /** The map that finds the rendering by its event. */
  readonly place: Map<object, Rendering>;
  readonly event: object;
  /** By the monotonic clock, in ms. */
  readonly madeAt: number;
  bytes: number;
}

// After this, a listener gets a newly rendered payload: an event shows state at or after its position, and a message recalled meanwhile
// must not be sent for long.
const shareMs = 1_000;
// The limit for all renderings. If the oldest are dropped earlier, later listeners render anew.
const mostBytes = 16 * 1024 * 1024;

/** The renderings of a node within the last second, shared by all listeners of an event. Bounded in bytes. */
export class Renderings {
  /** Oldest first. */
  readonly #kept = new Map<Rendering, Kept>();
  #bytes = 0;
  #sweeping = false;

  /** Puts a rendering into a map, and removes it after a second. */
  keep(rendering: Rendering, event: object, place: Map<object, Rendering>): void {
    place.set(event, rendering);
    this.#kept.set(rendering, { place, event, madeAt: performance.now(), bytes: 0 });
    this.#sweepLater();
  }

  /** Counts the bytes of a rendering that is done. */
  weigh(rendering: Rendering): void {
    const kept = this.#kept.get(rendering);
    if (kept === undefined || rendering.payload === undefined) return;
    kept.bytes = rendering.payload.json.length;
    this.#bytes += kept.bytes;
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#bytes <= mostBytes) break;
      if (bytes > 0) this.#drop(oldest);
    }
  }

  #sweepLater(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    setTimeout(() => {
      this.#sweeping = false;
      const tooOld = performance.now() - shareMs;
      for (const [rendering, { madeAt }] of this.#kept) {
        if (madeAt > tooOld) break;
        this.#drop(rendering);
      }
      if (this.#kept.size > 0) this.#sweepLater();
    }, shareMs).unref();
  }

  #drop(rendering: Rendering): void {
    const kept = this.#kept.get(rendering);
    if (kept === undefined) return;
    this.#kept.delete(rendering);
    this.#bytes -= kept.bytes;
    if (kept.place.get(kept.event) === rendering) kept.place.delete(kept.event);
  }
}
