/** What is pinged. */
export interface Pinged {
  ping(): void;
}

/** Pings what is open, each once in every interval, a few at a time: thousands at once would keep all else waiting for as long as it takes to write to each. */
export interface Pinging {
  add(one: Pinged): void;
  remove(one: Pinged): void;
}

// A write to a socket costs some 20 µs (bench:presence): with 5,000 sockets it is a millisecond at a time, and all at once would be a tenth of a second.
const mostTurns = 100;
// Below that timers are not exact.
const leastStepMs = 10;

/** Makes what pings every so many ms, from the first that is added to the last that is removed. */
export function createPinging(everyMs: number): Pinging {
  const count = Math.max(1, Math.min(mostTurns, Math.floor(everyMs / leastStepMs)));
  const turns = Array.from({ length: count }, () => new Set<Pinged>());
  const turnOf = new Map<Pinged, Set<Pinged>>();
  let added = 0;
  let step = 0;
  let timer: NodeJS.Timeout | undefined;

  function pingSome(): void {
    step = (step + 1) % count;
    for (const one of turns[step] ?? []) one.ping();
  }

  return {
    add(one) {
      added = (added + 1) % count;
      const turn = turns[added];
      if (turn === undefined) return;
      turn.add(one);
      turnOf.set(one, turn);
      timer ??= setInterval(pingSome, everyMs / count);
    },
    remove(one) {
      turnOf.get(one)?.delete(one);
      turnOf.delete(one);
      if (turnOf.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}
