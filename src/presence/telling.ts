import type { Bus } from '../bus/index.ts';
import { formatPresenceHint, type PresenceHint, presenceTopic } from './hint.ts';

/** Tells the nodes on which somebody is watched that something is otherwise about them. */
export interface Telling extends Disposable {
  /** Never waits and never fails. What the bus does not take is told after its next gap: only who wanted to tell it knows that others have missed something. */
  tell(userId: bigint, hint: PresenceHint): void;
}

interface Untold {
  readonly userId: bigint;
  readonly hint: PresenceHint;
}

// An outage in which more people come and go is followed by a look of every node at everybody, within a minute or so (watching.ts).
const mostUntold = 10_000;

/** Makes what tells. */
export function createTelling(bus: Bus): Telling {
  let untold = new Map<string, Untold>();
  let gaps = 0;
  const stop = bus.onGap(() => {
    gaps += 1;
    const again = untold;
    untold = new Map();
    for (const { userId, hint } of again.values()) void publish(userId, hint);
  });

  async function publish(userId: bigint, hint: PresenceHint): Promise<void> {
    const before = gaps;
    if (await bus.publish(presenceTopic(userId), formatPresenceHint(hint))) return;
    // The gap that it was part of is over already.
    if (gaps !== before) return publish(userId, hint);
    // Where they stand may be otherwise by then: others are to look for themselves.
    const late: PresenceHint = hint.kind === 'standing' ? { kind: 'chosen' } : hint;
    const key = `${userId} ${late.kind}`;
    if (untold.has(key) || untold.size < mostUntold) untold.set(key, { userId, hint: merged(untold.get(key)?.hint, late) });
  }

  return {
    tell: (userId, hint) => void publish(userId, hint),
    [Symbol.dispose]() {
      stop();
      untold.clear();
    },
  };
}

/** One hint that says what two of a kind do. */
function merged(one: PresenceHint | undefined, other: PresenceHint): PresenceHint {
  if (one?.kind !== 'access' || other.kind !== 'access') return other;
  return { kind: 'access', others: one.others === null || other.others === null ? null : [...new Set([...one.others, ...other.others])] };
}
