import { isSameData } from '../data.ts';
import type { Verdict } from '../log/index.ts';
import { type AllowedText, allowAll, putFlag, requireAllowedText, type Screen, type ScreenResult } from '../words/index.ts';
import { requireAccount } from './account.ts';
import { userRow } from './facts.ts';
import type { UserParts } from './parts.ts';
import { requireAvatarUrl, requireBio, requireDisplayName } from './shape.ts';
import { publicPart, readUsers, updateProfileRow } from './store.ts';
import type { Outcome, Throttle } from './throttle.ts';
import type { User, Users, Viewer } from './user.ts';

/** A change of a profile. Absent properties stay as they are, null clears them. */
export type Change = Parameters<Users['updateProfile']>[1];

/**
 * Changes the viewer's profile. A change without effect writes no entry and does not count against the limit. Throws ChatError
 * INVALID_INPUT or RATE_LIMITED.
 */
export async function updateProfile(
  { throttle, ...parts }: UserParts & { readonly throttle: Throttle },
  { userId }: Viewer,
  change: Change,
): Promise<User> {
  // Refuses what does not depend on the user's row before waiting for a lock.
  requireProfile(change, '');
  // A request without effect takes nothing from the limit.
  const [stands] = await readUsers(parts.db.client, [userId]);
  if (stands && !stands.erased && isSame(stands, { ...stands, ...requireProfile(change, stands.handle) })) return stands;
  return throttle.profile(userId, () => decideOn(parts, userId, change));
}

function decideOn({ log, screen = allowAll }: UserParts, userId: bigint, change: Change): Promise<Outcome<User>> {
  const looked = look(change, screen);
  return log.append<Outcome<User>>({
    lock: [userId],
    async decide(inside): Promise<Verdict<Outcome<User>>> {
      const row = requireAccount(await inside.read(userRow, userId));
      const before = publicPart(row);
      const { after, said } = requireAllowedTexts(looked, { before, wanted: { ...before, ...requireProfile(change, row.handle) } });
      if (isSame(before, after)) return { result: () => ({ value: before, changed: false }) };
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'ProfileChanged', data: {} } }],
        async write(tx, { at }) {
          await updateProfileRow(tx, before, after);
          await putFlag(tx, { target: { kind: 'USER', userId }, said, at });
        },
        result: () => ({ value: after, changed: true }),
      };
    },
  });
}

/**
 * Returns the valid form of a change. `handle` stands in for an empty name. Throws ChatError INVALID_INPUT (displayName, avatarUrl, bio).
 */
export function requireProfile({ displayName, avatarUrl, bio }: Change, handle: string): Partial<User> {
  return {
    ...(displayName !== undefined && { displayName: requireDisplayName(displayName, handle) }),
    ...(avatarUrl !== undefined && { avatarUrl: requireAvatarUrl(avatarUrl) }),
    ...(bio !== undefined && { bio: requireBio(bio) }),
  };
}

interface LookedAt {
  readonly displayName: ScreenResult | null;
  readonly bio: ScreenResult | null;
}

function look({ displayName, bio }: Change, screen: Screen): LookedAt {
  return {
    displayName: displayName ? screen.checkName(displayName, 'displayName') : null,
    bio: bio ? screen.checkText(bio, 'bio') : null,
  };
}

/**
 * Returns the profile after the change, as the lists of blocked words allow it. A text that does not change is allowed, even if a list has
 * forbidden it since. Throws ChatError INVALID_INPUT (displayName, bio).
 */
function requireAllowedTexts(
  looked: LookedAt,
  { before, wanted }: { readonly before: User; readonly wanted: User },
): { readonly after: User; readonly said: readonly AllowedText[] } {
  const name = looked.displayName === null || wanted.displayName === before.displayName ? null : requireAllowedText(looked.displayName);
  const bio = looked.bio === null || wanted.bio === before.bio ? null : requireAllowedText(looked.bio);
  return { after: bio === null ? wanted : { ...wanted, bio: bio.text }, said: [name, bio].filter((one) => one !== null) };
}

/** Returns whether two profiles have the same content, apart from the handle. */
export function isSame(one: User, other: User): boolean {
  return (
    one.displayName === other.displayName && one.avatarUrl === other.avatarUrl && one.bio === other.bio && isSameData(one.data, other.data)
  );
}
