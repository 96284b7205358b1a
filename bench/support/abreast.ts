/** Does the work for each element, so many at a time. `place` is the element's index. Rejects as soon as one fails. */
export async function abreast<T>(all: readonly T[], atOnce: number, work: (one: T, place: number) => Promise<void>): Promise<void> {
  const rest = all.entries();
  async function next(): Promise<void> {
    for (const [place, one] of rest) await work(one, place);
  }
  await Promise.all(Array.from({ length: atOnce }, next));
}
