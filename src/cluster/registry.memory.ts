import { isSame, type Lease } from './node-record.ts';
import { type BeatAnswer, type Registered, type Registry, type RegistryState, type Takeover, tombstoneMs } from './registry.ts';

/** Creates a registry in this process. It is never away and forgets nothing. `now`: the time in ms of any clock that does not go back. */
export function createMemoryRegistry(now: () => number = () => performance.now()): Registry {
  const records = new Map<string, Registered>();
  const goneAt = new Map<string, number>();
  const takeovers = new Map<string, Takeover>();

  function isCurrent(lease: Lease): boolean {
    const record = records.get(lease.nodeId);
    return record !== undefined && isSame(record, lease) && record.state !== 'LEFT';
  }

  function census(): RegistryState {
    return { records: [...records.values()], takeovers: [...takeovers.values()] };
  }

  function bury(): void {
    for (const [nodeId, at] of goneAt) {
      if (now() - at <= tombstoneMs) continue;
      goneAt.delete(nodeId);
      records.delete(nodeId);
    }
  }

  async function beat(record: Registered): Promise<BeatAnswer> {
    bury();
    const old = records.get(record.nodeId);
    if (old !== undefined && old.epoch > record.epoch) return { fencedBy: old.epoch };
    if (old?.state !== 'LEFT' || old.epoch < record.epoch) {
      records.set(record.nodeId, record);
      goneAt.delete(record.nodeId);
    }
    return { ...census(), before: old?.beat ?? null, ageMs: Number.POSITIVE_INFINITY };
  }

  async function claim(seen: Registered, by: Lease): Promise<boolean> {
    const record = records.get(seen.nodeId);
    if (record === undefined || !isSame(record, seen) || record.beat !== seen.beat || !isCurrent(by)) return false;
    if (record.state === 'DEAD' || record.state === 'GONE') return false;
    const { nodeId, epoch } = seen;
    records.set(nodeId, { ...record, epoch: epoch + 1, state: 'DEAD' });
    takeovers.set(keyOf(seen), { dead: { nodeId, epoch }, heir: by });
    return true;
  }

  async function reclaim({ dead, heir }: Takeover, by: Lease): Promise<boolean> {
    const takeover = takeovers.get(keyOf(dead));
    if (takeover === undefined || !isSame(takeover.heir, heir) || isCurrent(heir) || !isCurrent(by)) return false;
    takeovers.set(keyOf(dead), { dead, heir: by });
    return true;
  }

  async function finish({ dead, heir }: Takeover): Promise<void> {
    const takeover = takeovers.get(keyOf(dead));
    if (takeover === undefined || !isSame(takeover.heir, heir)) return;
    takeovers.delete(keyOf(dead));
    const record = records.get(dead.nodeId);
    if (record?.state !== 'DEAD' || record.epoch !== dead.epoch + 1) return;
    records.set(dead.nodeId, { ...record, state: 'GONE' });
    goneAt.set(dead.nodeId, now());
  }

  async function leave(lease: Lease): Promise<void> {
    const record = records.get(lease.nodeId);
    if (record !== undefined && isSame(record, lease)) records.set(lease.nodeId, { ...record, state: 'LEFT' });
  }

  return { beat, claim, reclaim, finish, leave, read: async () => census(), [Symbol.asyncDispose]: async () => {} };
}

function keyOf({ nodeId, epoch }: Lease): string {
  return `${nodeId}:${epoch}`;
}
