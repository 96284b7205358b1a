/** Durations in ms. All of them are kept, so a percentile of millions is exact. */
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

  /** The 50th and the 99th percentile in ms, or zeros without any duration. */
  percentiles(): { readonly p50: number; readonly p99: number } {
    const sorted = this.#values.slice(0, this.#count).sort();
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  }

  clear(): void {
    this.#count = 0;
  }
}
