import type { Tx } from '../db/index.ts';
import type { Fact, Inside, Verdict } from '../log/index.ts';
import { accountGone, requireAccount } from './account.ts';
import { userRow } from './facts.ts';
import type { UserParts } from './parts.ts';
import type { Throttle } from './throttle.ts';
import type { Settings, SettingsChange, Viewer } from './user.ts';

const names = ['messagesFrom', 'readReceipts', 'lastSeen'] as const satisfies readonly (keyof Settings)[];

/** A user's settings. Governed by the user's account stream. */
const settings: Fact<bigint, Settings | null> = { name: 'settings', key: String, read: settingsOf };

/**
 * Changes the viewer's settings: who may write to them, and whether others see what they read and when they were online. Returns the
 * settings that changed. A change without effect writes no entry. Throws ChatError RATE_LIMITED, NOT_FOUND if the account was erased
 * meanwhile, or UNAVAILABLE.
 */
export async function updateSettings(
  { db, log, throttle }: UserParts & { readonly throttle: Throttle },
  { userId }: Viewer,
  change: Partial<Settings>,
): Promise<SettingsChange> {
  // A request without effect takes nothing from the limit.
  const [stands] = await settingsOf(db.client, [userId]);
  if (stands && changedBy(stands, change).length === 0) return [];
  return throttle.settings(userId, async () => {
    const value = await log.append<SettingsChange>({ lock: [userId], decide: (inside) => decide(inside, userId, change) });
    return { value, changed: value.length > 0 };
  });
}

async function decide(inside: Inside, userId: bigint, change: Partial<Settings>): Promise<Verdict<SettingsChange>> {
  requireAccount(await inside.read(userRow, userId));
  const before = await inside.read(settings, userId);
  if (before === null) throw accountGone();
  const after: Settings = { ...before, ...change };
  const changed = changedBy(before, change);
  if (changed.length === 0) return { result: () => changed };
  return {
    entries: () => [{ stream: userId, actorId: userId, entry: { type: 'SettingsChanged', data: {} } }],
    async write(tx) {
      const { messagesFrom, readReceipts, lastSeen } = after;
      await tx.user.updateMany({ where: { id: userId }, data: { messagesFrom, privateMode: !readReceipts, hidesLastSeen: !lastSeen } });
    },
    result: () => changed,
  };
}

function changedBy(before: Settings, change: Partial<Settings>): SettingsChange {
  return names.filter((name) => change[name] !== undefined && change[name] !== before[name]);
}

/** Returns the settings of users, in the order of `ids`. Null where there is no such user. */
export async function settingsOf(tx: Tx, ids: readonly bigint[]): Promise<readonly (Settings | null)[]> {
  const select = { id: true, messagesFrom: true, privateMode: true, hidesLastSeen: true } as const;
  const rows = await tx.user.findMany({ where: { id: { in: [...ids] } }, select });
  const found = new Map(
    rows.map(({ id, messagesFrom, privateMode, hidesLastSeen }) => [
      id,
      { messagesFrom: messagesFrom as Settings['messagesFrom'], readReceipts: !privateMode, lastSeen: !hidesLastSeen },
    ]),
  );
  return ids.map((id) => found.get(id) ?? null);
}
