import type { Rendering } from './delivery.ts';

/** A rendering that is kept for who comes a little later. */
interface Kept {
  /** Where it is found by its event. */
  readonly place: Map<object, Rendering>;
  readonly event: object;
  /** By the monotonic clock, in ms. */
  readonly madeAt: number;
  bytes: number;
}

// Who comes later than this gets a payload of their own time: an event shows things as they stand at or after its place, and what was
// recalled meanwhile must not be handed out for long.
const shareMs = 1_000;
// Of all that is kept. Where the oldest are dropped sooner, who comes later makes their own.
const mostBytes = 16 * 1024 * 1024;

/** What has been rendered on a node within the last second, to be shared with whoever is told of the same event. Bounded in bytes. */
export class Renderings {
  /** Oldest first. */
  readonly #kept = new Map<Rendering, Kept>();
  #bytes = 0;
  #sweeping = false;

  /** Puts a rendering in its place, from where it is gone after a second. */
  keep(rendering: Rendering, event: object, place: Map<object, Rendering>): void {
    place.set(event, rendering);
    this.#kept.set(rendering, { place, event, madeAt: performance.now(), bytes: 0 });
    this.#sweepLater();
  }

  /** The rendering is made: from here on it weighs. */
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
