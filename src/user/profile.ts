import { isSameData } from '../data.ts';
import type { Verdict } from '../log/index.ts';
import { type Admitted, admit, type Looked, openScreen, putFlag, type Screen } from '../words/index.ts';
import { requireAccount } from './account.ts';
import { userRow } from './facts.ts';
import type { UserParts } from './parts.ts';
import { requireAvatarUrl, requireBio, requireDisplayName } from './shape.ts';
import { publicPart, readUsers, updateProfileRow } from './store.ts';
import type { Outcome, Throttle } from './throttle.ts';
import type { User, Users, Viewer } from './user.ts';

/** What is to be said of somebody: absent leaves as it is, null clears. */
export type Change = Parameters<Users['updateProfile']>[1];

/** Changes what others see of the viewer. What changes nothing makes no entry and counts for nothing. Throws INVALID_INPUT, RATE_LIMITED. */
export async function updateProfile(
  { throttle, ...parts }: UserParts & { readonly throttle: Throttle },
  { userId }: Viewer,
  change: Change,
): Promise<User> {
  // Everything that does not hang on the user's row is refused before anybody waits for a lock.
  requireProfile(change, '');
  // Who says again what stands takes nothing from what they may change.
  const [stands] = await readUsers(parts.db.client, [userId]);
  if (stands && !stands.erased && isSame(stands, { ...stands, ...requireProfile(change, stands.handle) })) return stands;
  return throttle.profile(userId, () => decideOn(parts, userId, change));
}

function decideOn({ log, screen = openScreen }: UserParts, userId: bigint, change: Change): Promise<Outcome<User>> {
  const looked = look(change, screen);
  return log.append<Outcome<User>>({
    lock: [userId],
    async decide(inside): Promise<Verdict<Outcome<User>>> {
      const row = requireAccount(await inside.read(userRow, userId));
      const before = publicPart(row);
      const { after, said } = judge(looked, { before, wanted: { ...before, ...requireProfile(change, row.handle) } });
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

/** What of a change can be, as a profile has it; `handle`: what they are called where it names nothing. Throws INVALID_INPUT (displayName, avatarUrl, bio). */
export function requireProfile({ displayName, avatarUrl, bio }: Change, handle: string): Partial<User> {
  return {
    ...(displayName !== undefined && { displayName: requireDisplayName(displayName, handle) }),
    ...(avatarUrl !== undefined && { avatarUrl: requireAvatarUrl(avatarUrl) }),
    ...(bio !== undefined && { bio: requireBio(bio) }),
  };
}

interface LookedAt {
  readonly displayName: Looked | null;
  readonly bio: Looked | null;
}

function look({ displayName, bio }: Change, screen: Screen): LookedAt {
  return {
    displayName: displayName ? screen.called(displayName, 'displayName') : null,
    bio: bio ? screen.said(bio, 'bio') : null,
  };
}

/** What a change says as it may stand; what stood before a list forbade it stands. Throws INVALID_INPUT (displayName, bio). */
function judge(
  looked: LookedAt,
  { before, wanted }: { readonly before: User; readonly wanted: User },
): { readonly after: User; readonly said: readonly Admitted[] } {
  const name = looked.displayName === null || wanted.displayName === before.displayName ? null : admit(looked.displayName);
  const bio = looked.bio === null || wanted.bio === before.bio ? null : admit(looked.bio);
  return { after: bio === null ? wanted : { ...wanted, bio: bio.text }, said: [name, bio].filter((one) => one !== null) };
}

/** Whether two say the same of somebody. */
export function isSame(one: User, other: User): boolean {
  return (
    one.displayName === other.displayName && one.avatarUrl === other.avatarUrl && one.bio === other.bio && isSameData(one.data, other.data)
  );
}
