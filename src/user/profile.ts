import type { Verdict } from '../log/index.ts';
import { type Admitted, admit, openScreen, putFlag, type Screen } from '../words/index.ts';
import { requireAccount } from './account.ts';
import { userRow } from './facts.ts';
import type { UserParts } from './parts.ts';
import { requireAvatarUrl, requireBio, requireDisplayName } from './shape.ts';
import { publicPart, updateProfileRow } from './store.ts';
import type { User, Users, Viewer } from './user.ts';

type Change = Parameters<Users['updateProfile']>[1];

/** Changes what others see of the viewer. What changes nothing makes no entry. Throws INVALID_INPUT. */
export async function updateProfile({ log, screen = openScreen }: UserParts, { userId }: Viewer, change: Change): Promise<User> {
  // Everything that does not hang on the user's row is refused before anybody waits for a lock.
  requireProfile(change, '');
  const { bio, said } = screened(change, screen);
  return log.append<User>({
    lock: [userId],
    async decide(inside): Promise<Verdict<User>> {
      const row = requireAccount(await inside.read(userRow, userId));
      const before = publicPart(row);
      const after: User = { ...before, ...requireProfile({ ...change, bio }, row.handle) };
      if (isSame(before, after)) return { result: () => before };
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'ProfileChanged', data: {} } }],
        async write(tx, { at }) {
          await updateProfileRow(tx, before, after);
          await putFlag(tx, { target: { kind: 'USER', userId }, said, at });
        },
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

/** What a change says as it may stand. Throws INVALID_INPUT (displayName, bio). */
function screened({ displayName, bio }: Change, screen: Screen): Pick<Change, 'bio'> & { readonly said: readonly Admitted[] } {
  const name = displayName ? [admit(screen.called(displayName, 'displayName'))] : [];
  if (!bio) return { bio, said: name };
  const said = admit(screen.said(bio, 'bio'));
  return { bio: said.text, said: [...name, said] };
}

function isSame(one: User, other: User): boolean {
  return one.displayName === other.displayName && one.avatarUrl === other.avatarUrl && one.bio === other.bio;
}
