import { randomBytes } from 'node:crypto';
import { isRefusal } from '../errors.ts';
import type { Identity } from '../identity/index.ts';
import { type AllowedText, allowAll, requireAllowedText, type Screen } from '../words/index.ts';
import { isHeld, isReserved } from './handle-hold.ts';
import type { Newcomer } from './newcomer.ts';
import type { UserParts } from './parts.ts';
import { readHandle, requireAvatarUrl, requireDisplayName } from './shape.ts';
import { findByHandle } from './store.ts';

// The widths of the columns.
const longest = { handle: 32, displayName: 64 };
// The first candidate is the wished handle. Each of the others is taken with a chance of 1 in 65,536, unless thousands of users have the
// same name.
const tries = 5;

/**
 * Derives handle, name and picture of a new user from the claims of their token. A value that is not valid here, is taken, or contains a
 * blocked word is replaced by one that is allowed, because nobody may be refused for the name that they have elsewhere.
 */
export async function profileFromClaims(
  parts: UserParts,
  claims: Identity,
): Promise<Pick<Newcomer, 'handle' | 'displayName' | 'avatarUrl' | 'said'>> {
  const { screen = allowAll } = parts;
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

/** Returns the name in a token, made into a single line of the allowed length. Falls back to the handle. */
export function nameIn({ displayName }: Pick<Identity, 'displayName'>, handle: string): string {
  const line =
    displayName
      ?.toWellFormed()
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
      .trim() ?? '';
  const name = [...line].slice(0, longest.displayName).join('').trim();
  return orNull(() => requireDisplayName(name, handle)) ?? handle;
}

/** Returns the URL of the picture in a token, or null if there is none that is valid. */
export function pictureIn({ avatarUrl }: Pick<Identity, 'avatarUrl'>): string | null {
  return orNull(() => requireAvatarUrl(avatarUrl));
}

async function freeHandle({ db, config, screen = allowAll }: UserParts, wished: string | null): Promise<string> {
  for (const handle of candidates(wished)) {
    // No user has this id.
    const taking = { handle, userId: 0n, at: await db.now() };
    const isFree = (await findByHandle(db.client, handle)) === null && !(await isHeld(db.client, taking));
    if (isFree && !(await isReserved(db.client, config, taking)) && admitted(screen, handle, 'handle') !== null) return handle;
  }
  // Not looked up: with 64 random bits, a handle that is taken practically never comes up.
  return `user-${randomBytes(8).toString('hex')}`;
}

function candidates(wished: string | null): readonly string[] {
  const handle = handleIn(wished);
  if (handle === null) return [];
  const others = Array.from({ length: tries - 1 }, () => `-${randomBytes(2).toString('hex')}`);
  return [handle, ...others.map((tail) => handle.slice(0, longest.handle - tail.length) + tail)];
}

/** Derives a handle from a name elsewhere, which may be an e-mail address or in any script. Returns null if nothing is left. */
function handleIn(wished: string | null): string | null {
  const [name = ''] = wished?.split('@') ?? [];
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9_.-]+/g, '-');
  // Cut first, so that no handle ends in a hyphen, and so that the regular expression does not scan thousands of hyphens again and again.
  return readHandle(plain.slice(0, longest.handle).replace(/^-+|-+$/g, ''));
}

function admitted(screen: Screen, name: string, field: string): AllowedText | null {
  return orNull(() => requireAllowedText(screen.checkName(name, field)));
}

function orNull<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return null;
  }
}
