/** Something that can be pinged. */
export interface Pinged {
  ping(): void;
}

/**
 * Pings many connections, each once per interval, a few at a time. Thousands at once would block everything else while they are written.
 */
export interface Pinging {
  add(one: Pinged): void;
  remove(one: Pinged): void;
}

// A write to a socket takes some 20 µs (bench:presence). With 5,000 sockets this makes one millisecond at a time. All at once would be a
// tenth of a second.
const mostTurns = 100;
// Timers are not precise below this.
const leastStepMs = 10;

/** Creates a Pinging with an interval in ms. It has a timer only while it has connections. */
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
