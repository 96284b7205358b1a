import type { Bus } from '../bus/index.ts';
import { formatPresenceHint, type PresenceHint, presenceTopic } from './hint.ts';

/** Publishes presence hints to the nodes that watch a user. */
export interface HintPublisher extends Disposable {
  /**
   * Publishes a hint. Never waits and never fails. What the bus does not take is published after the bus' next gap: only this node knows
   * that the others have missed it.
   */
  tell(userId: bigint, hint: PresenceHint): void;
}

interface Untold {
  readonly userId: bigint;
  readonly hint: PresenceHint;
}

// After an outage with more changes than this, the other nodes still find them within a minute or so: each re-reads all watched users after
// a gap (rereads.ts).
const mostUntold = 10_000;

/** Creates the publisher of presence hints. */
export function createHintPublisher(bus: Bus): HintPublisher {
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
    // The outage in which the publish failed is already over.
    if (gaps !== before) return publish(userId, hint);
    // The standing may have changed by the time it is published, so the other nodes are told to read it themselves.
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

/** Merges two hints of the same kind into one with the effect of both. */
function merged(one: PresenceHint | undefined, other: PresenceHint): PresenceHint {
  if (one?.kind !== 'access' || other.kind !== 'access') return other;
  return { kind: 'access', others: one.others === null || other.others === null ? null : [...new Set([...one.others, ...other.others])] };
}
