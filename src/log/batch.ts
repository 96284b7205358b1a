/** What of an append says with which others it may share a commit. */
export interface Sharing {
  readonly lock: readonly bigint[];
  readonly keys?: readonly string[];
}

/** Who commits next, and who is left for the one after. */
export interface Batch<A> {
  readonly taken: readonly A[];
  readonly left: A[];
}

/**
 * Takes from a queue whatever may share one commit, first come first served, at most `limit`. On each stream either one append that wants it for
 * itself or any number of those that share it, no two with the same key; none on those that are `held` by another commit. Who wants a stream for itself is not overtaken
 * there, nor who waits for another one that is held.
 */
export function takeBatch<A>(
  queue: readonly A[],
  limit: number,
  sharing: (append: A) => Sharing,
  held: (id: bigint) => boolean = () => false,
): Batch<A> {
  const taken: A[] = [];
  const left: A[] = [];
  const shared = new Map<bigint, Set<string>>();
  const closed = new Set<bigint>();

  function fits({ lock, keys }: Sharing): boolean {
    if (lock.some((id) => closed.has(id))) return false;
    return keys === undefined ? !lock.some((id) => shared.has(id)) : !lock.some((id) => keys.some((key) => shared.get(id)?.has(key)));
  }

  function share(id: bigint, keys: readonly string[]): void {
    const known = shared.get(id) ?? new Set<string>();
    for (const key of keys) known.add(key);
    shared.set(id, known);
  }

  function enter({ lock, keys }: Sharing): void {
    for (const id of lock) {
      if (keys === undefined) closed.add(id);
      else share(id, keys);
    }
  }

  for (const [place, append] of queue.entries()) {
    // Not one by one as arguments, of which a call takes some 100,000: as many may wait.
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
