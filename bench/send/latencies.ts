/** Some durations in ms, all of them kept: a percentile of millions is as exact as one of ten. */
export class Latencies {
  #values = new Float64Array(4_096);
  #count = 0;

  add(ms: number): void {
    if (this.#count === this.#values.length) {
      const wider = new Float64Array(this.#count * 2);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.#count++] = ms;
  }

  /** The middle one and the one that 99 in 100 do not exceed, in ms; zeros if there is none. */
  percentiles(): { readonly p50: number; readonly p99: number } {
    const sorted = this.#values.slice(0, this.#count).sort();
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  }

  clear(): void {
    this.#count = 0;
  }
}
