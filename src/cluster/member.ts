import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { createKeyCheck } from './key-check.ts';
import { isSame, type Lease, type NodeRecord } from './node-record.ts';
import type { Registered, Registry, RegistryState } from './registry.ts';
import type { Takeovers } from './takeovers.ts';
import { createWatch, type WatchTimes } from './watch.ts';

/** This node's registration in the registry. */
export interface Member {
  readonly lease: Lease;
  /** False while several beats in a row were not answered. One is no outage. */
  readonly healthy: boolean;
  readonly onFenced: Set<() => void>;
  readonly onRestored: Set<() => void>;
  /**
   * Sends a beat and acts on the answer: takes over leases that have ended, or learns that this node's own lease was taken over. Never
   * rejects. False: the node has a new lease and must send a beat with it at once.
   */
  beat(): Promise<boolean>;
  /** Returns the time in ms until data that the registry lacks can be taken as gone. */
  settlesIn(): number;
}

/** The parts that a member needs. */
export interface MemberParts {
  readonly registry: Registry;
  readonly takeovers: Takeovers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly times: WatchTimes;
  readonly nodeId: string;
  /** Returns what the node reports of itself, as of now. */
  readonly describe: () => Omit<NodeRecord, keyof Lease>;
}

// So many unanswered beats in a row are an outage. One is not: a process that is busy, as each is while it starts, reads an answer too late.
const beatsOfSilence = 2;

/** When the registry last answered, and its age at that time. */
interface Answered {
  readonly at: number;
  readonly ageMs: number;
}

/** Creates a member. It is registered with its first beat. */
export function createMember({ registry, takeovers, clock, logger, times, nodeId, describe }: MemberParts): Member {
  const onFenced = new Set<() => void>();
  const onRestored = new Set<() => void>();
  const watch = createWatch(times);
  const keyCheck = createKeyCheck(logger);
  let lease: Lease = { nodeId, epoch: 1 };
  let beats = 0;
  let missed = 0;
  /** The newest beat that was answered. A registry that knows only an older one has lost data. */
  let acknowledged = 0;
  let answered: Answered | null = null;
  let restoredAt = Number.NEGATIVE_INFINITY;

  function miss(error: unknown): void {
    missed += 1;
    if (missed === beatsOfSilence) logger.warn({ err: error }, 'the node registry does not answer');
  }

  function fence(newer: number): void {
    logger.warn(
      { lease, newer },
      'this node was declared dead and its users shown as offline: it drops its connections and registers again',
    );
    lease = { nodeId, epoch: newer + 1 };
    watch.restart();
    for (const listener of onFenced) listener();
  }

  function restore(at: number): void {
    restoredAt = at;
    for (const listener of onRestored) listener();
  }

  async function beat(): Promise<boolean> {
    beats += 1;
    const own: Registered = { ...describe(), ...lease, beat: beats };
    const askedAt = clock.now();
    const answer = await registry.beat(own).catch(miss);
    if (answer === undefined) return true;
    const answeredAt = clock.now();
    const missedBefore = missed;
    missed = 0;
    if ('fencedBy' in answer) {
      fence(answer.fencedBy);
      return false;
    }
    const { before, ageMs, ...census } = answer;
    answered = { at: answeredAt, ageMs };
    const forgot = (before ?? 0) < acknowledged;
    acknowledged = own.beat;
    if (forgot) logger.info({ lease }, 'the registry had forgotten this node');
    else if (missedBefore >= beatsOfSilence) logger.info({ lease }, 'the registry of nodes answers again');
    if (forgot || missedBefore > 0) restore(answeredAt);
    await act(own, census, { askedAt, answeredAt });
    return true;
  }

  async function act(
    { keys }: Registered,
    { records, takeovers: pending }: RegistryState,
    at: { readonly askedAt: number; readonly answeredAt: number },
  ): Promise<void> {
    const others = records.filter((record) => record.nodeId !== nodeId);
    const living = others.filter(({ state }) => state !== 'LEFT' && state !== 'DEAD' && state !== 'GONE');
    keyCheck.look(keys, living);
    const over = [...watch.look(living, at), ...others.filter(({ state }) => state === 'LEFT')];
    const orphaned = pending.filter(({ heir }) => !isSame(heir, lease) && !isCurrent(heir, records));
    for (const takeover of pending) if (isSame(takeover.heir, lease)) takeovers.run(takeover);
    await Promise.all([...over.map(claim), ...orphaned.map((takeover) => reclaim(takeover.dead, takeover.heir))]).catch((error: unknown) =>
      // A claim that succeeded all the same is found at the next beat.
      logger.debug({ err: error }, 'a dead node could not be claimed'),
    );
  }

  async function claim(ended: Registered): Promise<void> {
    const { nodeId: deadId, epoch, name, state } = ended;
    const [dead, heir] = [{ nodeId: deadId, epoch }, lease];
    if (!(await registry.claim(ended, heir))) return;
    if (state === 'LEFT') logger.info({ dead, name }, 'a node left the cluster');
    else logger.warn({ dead, name }, 'the lease of a node expired; it is being taken over');
    takeovers.run({ dead, heir });
  }

  async function reclaim(dead: Lease, formerHeir: Lease): Promise<void> {
    const heir = lease;
    if (await registry.reclaim({ dead, heir: formerHeir }, heir)) takeovers.run({ dead, heir });
  }

  function settlesIn(): number {
    if (answered === null || missed > 0) return times.leaseMs;
    const [now, { at, ageMs }] = [clock.now(), answered];
    return Math.max(0, times.leaseMs - (ageMs + now - at), times.leaseMs - (now - restoredAt));
  }

  return {
    get lease() {
      return lease;
    },
    get healthy() {
      return missed < beatsOfSilence;
    },
    onFenced,
    onRestored,
    beat,
    settlesIn,
  };
}

function isCurrent(lease: Lease, records: readonly Registered[]): boolean {
  return records.some((record) => isSame(record, lease) && record.state !== 'LEFT');
}
