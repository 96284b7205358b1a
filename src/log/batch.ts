/** What decides which appends may share a commit: see Append. */
export interface Sharing {
  readonly lock: readonly bigint[];
  readonly keys?: readonly string[];
}

/** The appends that commit next, and those that are left for the commit after it. */
export interface Batch<A> {
  readonly taken: readonly A[];
  readonly left: A[];
}

/**
 * Takes from a queue the appends that may share one commit: first come, first served, at most `limit`.
 *
 * A stream is used either by one append without keys, or by any number of appends with keys. No two appends have a key in common, on
 * whatever streams: neither would see what the other writes. Streams that are `held` by another commit are not used. An append without keys
 * is not overtaken on any of its streams, nor is an append that waits for a held stream.
 */
export function takeBatch<A>(
  queue: readonly A[],
  limit: number,
  sharing: (append: A) => Sharing,
  held: (id: bigint) => boolean = () => false,
): Batch<A> {
  const taken: A[] = [];
  const left: A[] = [];
  const shared = new Set<bigint>();
  const named = new Set<string>();
  const closed = new Set<bigint>();

  function fits({ lock, keys }: Sharing): boolean {
    if (lock.some((id) => closed.has(id))) return false;
    return keys === undefined ? !lock.some((id) => shared.has(id)) : !keys.some((key) => named.has(key));
  }

  function enter({ lock, keys }: Sharing): void {
    for (const id of lock) (keys === undefined ? closed : shared).add(id);
    for (const key of keys ?? []) named.add(key);
  }

  for (const [place, append] of queue.entries()) {
    // Not `push(...rest)`: a call takes some 100,000 arguments, and as many appends may wait.
    if (taken.length === limit) return { taken, left: left.concat(queue.slice(place)) };
    const wants = sharing(append);
    const waits = wants.lock.some(held);
    if (!waits && fits(wants)) {
      enter(wants);
      taken.push(append);
    } else {
      if (waits || wants.keys === undefined) for (const id of wants.lock) closed.add(id);
      left.push(append);
    }
  }
  return { taken, left };
}
