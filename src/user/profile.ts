import type { Verdict } from '../log/index.ts';
import { requireAccount } from './account.ts';
import { userRow } from './facts.ts';
import type { UserParts } from './parts.ts';
import { requireAvatarUrl, requireBio, requireDisplayName } from './shape.ts';
import { publicPart, updateProfileRow } from './store.ts';
import type { User, Users, Viewer } from './user.ts';

type Change = Parameters<Users['updateProfile']>[1];

/** Changes what others see of the viewer. What changes nothing makes no entry. Throws INVALID_INPUT. */
export async function updateProfile({ log }: UserParts, { userId }: Viewer, change: Change): Promise<User> {
  // Everything that does not hang on the user's row is refused before anybody waits for a lock.
  requireProfile(change, '');
  return log.append<User>({
    lock: [userId],
    async decide(inside): Promise<Verdict<User>> {
      const row = requireAccount(await inside.read(userRow, userId));
      const before = publicPart(row);
      const after: User = { ...before, ...requireProfile(change, row.handle) };
      if (isSame(before, after)) return { result: () => before };
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'ProfileChanged', data: {} } }],
        write: (tx) => updateProfileRow(tx, before, after),
        result: () => after,
      };
    },
  });
}

function requireProfile({ displayName, avatarUrl, bio }: Change, handle: string): Partial<User> {
  return {
    ...(displayName !== undefined && { displayName: requireDisplayName(displayName, handle) }),
    ...(avatarUrl !== undefined && { avatarUrl: requireAvatarUrl(avatarUrl) }),
    ...(bio !== undefined && { bio: requireBio(bio) }),
  };
}

function isSame(one: User, other: User): boolean {
  return one.displayName === other.displayName && one.avatarUrl === other.avatarUrl && one.bio === other.bio;
}
