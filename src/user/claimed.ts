import { randomBytes } from 'node:crypto';
import { isRefusal } from '../errors.ts';
import type { Identity } from '../identity/index.ts';
import { type Admitted, admit, openScreen, type Screen } from '../words/index.ts';
import { isHeld, isReserved } from './handle-hold.ts';
import type { Newcomer } from './newcomer.ts';
import type { UserParts } from './parts.ts';
import { readHandle, requireAvatarUrl, requireDisplayName } from './shape.ts';
import { findByHandle } from './store.ts';

// The columns' widths.
const longest = { handle: 32, displayName: 64 };
// The first is what they asked for. One in 65,536 of the others is somebody's, unless thousands are called the same.
const tries = 5;

/**
 * What a newcomer is called who did not choose it here, after what is said of them elsewhere: what cannot be a name here, is another's, or is not to be said, is made
 * one that can. No refusal keeps anybody out for what they are called elsewhere.
 */
export async function calledAfter(
  parts: UserParts,
  claims: Identity,
): Promise<Pick<Newcomer, 'handle' | 'displayName' | 'avatarUrl' | 'said'>> {
  const { screen = openScreen } = parts;
  const handle = await freeHandle(parts, claims.handle);
  const displayName = nameIn(claims, handle);
  const name = admitted(screen, displayName, 'displayName');
  return {
    handle,
    displayName: name?.text ?? handle,
    avatarUrl: pictureIn(claims),
    said: [admitted(screen, handle, 'handle'), name].filter((one) => one !== null),
  };
}

/** The name that a token gives somebody, in one line that has room here; their handle where it gives none. */
export function nameIn({ displayName }: Pick<Identity, 'displayName'>, handle: string): string {
  const line =
    displayName
      ?.toWellFormed()
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
      .trim() ?? '';
  const name = [...line].slice(0, longest.displayName).join('').trim();
  return orNull(() => requireDisplayName(name, handle)) ?? handle;
}

/** Where their picture is by a token; null where it names none that can be. */
export function pictureIn({ avatarUrl }: Pick<Identity, 'avatarUrl'>): string | null {
  return orNull(() => requireAvatarUrl(avatarUrl));
}

async function freeHandle({ db, config, screen = openScreen }: UserParts, wished: string | null): Promise<string> {
  for (const handle of candidates(wished)) {
    // No user has this id.
    const taking = { handle, userId: 0n, at: await db.now() };
    const isFree = (await findByHandle(db.client, handle)) === null && !(await isHeld(db.client, taking));
    if (isFree && !(await isReserved(db.client, config, taking)) && admitted(screen, handle, 'handle') !== null) return handle;
  }
  // Nobody has ever been given it: as many as there are of them, it would take as long to find one that is taken.
  return `user-${randomBytes(8).toString('hex')}`;
}

function candidates(wished: string | null): readonly string[] {
  const handle = handleIn(wished);
  if (handle === null) return [];
  const others = Array.from({ length: tries - 1 }, () => `-${randomBytes(2).toString('hex')}`);
  return [handle, ...others.map((tail) => handle.slice(0, longest.handle - tail.length) + tail)];
}

/** What can be a handle of a name that somebody has elsewhere, where it may be an address or of any script; null: nothing. */
function handleIn(wished: string | null): string | null {
  const [name = ''] = wished?.split('@') ?? [];
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9_.-]+/g, '-');
  // Cut first: none ends in a gap, and of the thousands of gaps that a name may be made of none is looked at again and again.
  return readHandle(plain.slice(0, longest.handle).replace(/^-+|-+$/g, ''));
}

function admitted(screen: Screen, name: string, field: string): Admitted | null {
  return orNull(() => admit(screen.called(name, field)));
}

function orNull<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return null;
  }
}
