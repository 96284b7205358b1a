import { ChatError } from '../errors.ts';
import { codePoints, hasControls, isBlank, isStorable, webAddress } from '../text.ts';
import type { Called } from './administration.ts';

// The widths of the columns, which the API documents too.
const maxName = 64;
const maxBio = 1_000;
const maxUrl = 2_048;
const maxDevice = 100;
// Long enough for any sentence. Hashing more would only cost time.
const passwordLength = { min: 8, max: 256 };

// Matched before lowercasing: other scripts have letters whose lower case is ASCII.
const handlePattern = /^[A-Za-z0-9_.-]{3,32}$/;

function invalid(field: string, message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: [field] });
}

/** Returns a handle as it is stored, in lower case, or null if no user can have it. */
export function readHandle(handle: string): string | null {
  return handlePattern.test(handle) ? handle.toLowerCase() : null;
}

/** Returns a handle as it is stored. Throws ChatError INVALID_INPUT (handle). */
export function requireHandle(handle: string): string {
  const read = readHandle(handle);
  if (read === null) throw invalid('handle', 'A handle must be 3 to 32 characters of a-z, 0-9, _, . and -.');
  return read;
}

/**
 * Returns the profile of a user as it is stored. Throws ChatError INVALID_INPUT (handle, displayName, avatarUrl, bio).
 */
export function requireCalled(called: Pick<Called, 'handle' | 'displayName' | 'avatarUrl' | 'bio'>) {
  const handle = requireHandle(called.handle);
  return {
    handle,
    displayName: requireDisplayName(called.displayName, handle),
    avatarUrl: requireAvatarUrl(called.avatarUrl ?? null),
    bio: requireBio(called.bio ?? null),
  };
}

/** Returns whether a text can be a password. */
export function isPassword(password: string): boolean {
  const length = codePoints(password);
  return length >= passwordLength.min && length <= passwordLength.max && isStorable(password);
}

/** Checks a new password. Throws ChatError INVALID_INPUT (field). */
export function requirePassword(password: string, field = 'password'): void {
  if (!isPassword(password)) throw invalid(field, `A password must have ${passwordLength.min} to ${passwordLength.max} characters.`);
}

/** Returns the display name of a user, or their handle if none is given. Throws ChatError INVALID_INPUT (displayName). */
export function requireDisplayName(displayName: string | null | undefined, handle: string): string {
  if (displayName === null || displayName === undefined) return handle;
  if (isBlank(displayName)) throw invalid('displayName', 'A name must have a visible character.');
  if (codePoints(displayName) > maxName) throw invalid('displayName', `A name can have at most ${maxName} characters.`);
  if (!isStorable(displayName) || hasControls(displayName, { lines: false }))
    throw invalid('displayName', 'A name must be a single line of text.');
  return displayName;
}

/** Returns the name of a device, or a default if none is given. Throws ChatError INVALID_INPUT (deviceName). */
export function requireDeviceName(deviceName: string | null | undefined): string {
  if (deviceName === null || deviceName === undefined || isBlank(deviceName)) return 'unknown device';
  if (codePoints(deviceName) > maxDevice) throw invalid('deviceName', `A device name can have at most ${maxDevice} characters.`);
  if (!isStorable(deviceName) || hasControls(deviceName, { lines: false })) {
    throw invalid('deviceName', 'A device name must be a single line of text.');
  }
  return deviceName;
}

/** Returns the new name of a device. Throws ChatError INVALID_INPUT (deviceName). */
export function requireNewDeviceName(deviceName: string): string {
  if (isBlank(deviceName)) throw invalid('deviceName', 'A device name must have a visible character.');
  return requireDeviceName(deviceName);
}

/** Returns the name of a bot's key. Throws ChatError INVALID_INPUT (name). */
export function requireKeyName(name: string): string {
  if (isBlank(name) || codePoints(name) > maxDevice || !isStorable(name) || hasControls(name, { lines: false })) {
    throw invalid('name', `A key’s name must be a single line of 1 to ${maxDevice} characters.`);
  }
  return name;
}

/** Returns the URL of a picture in ASCII. Throws ChatError INVALID_INPUT (avatarUrl). */
export function requireAvatarUrl(avatarUrl: string | null): string | null {
  if (avatarUrl === null) return null;
  const url = webAddress(avatarUrl);
  if (url === null) throw invalid('avatarUrl', 'avatarUrl must start with http:// or https://.');
  // Escapes can make the URL longer than the input.
  if (url.href.length > maxUrl) throw invalid('avatarUrl', `avatarUrl can have at most ${maxUrl} characters.`);
  return url.href;
}

/** Returns a user's bio. '' means none. Throws ChatError INVALID_INPUT (bio). */
export function requireBio(bio: string | null): string | null {
  if (bio === null || bio === '') return null;
  if (codePoints(bio) > maxBio) throw invalid('bio', `A bio can have at most ${maxBio} characters.`);
  if (!isStorable(bio) || hasControls(bio, { lines: true })) throw invalid('bio', 'A bio must not contain control characters.');
  return bio;
}
