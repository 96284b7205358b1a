import { ChatError } from '../errors.ts';
import { codePoints, hasControls, isBlank, isClientKey, isStorable } from '../text.ts';

// The widths of the columns. The API states them too.
const maxName = 100;
const maxDescription = 1_000;
const maxAnnouncement = 2_000;
const maxNickname = 64;
/** A day. For longer restrictions there are mutes. */
const maxSlowModeSeconds = 86_400;
const maxNote = 300;
/** A hundred years, as of HISTORY_DAYS. */
const maxHistoryDays = 36_500;

/** The maximum number of users in one call: one transaction locks and writes them in a moment. */
export const maxUsersAtOnce = 100;

function invalid(field: string, message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: [field] });
}

/** Checks a group's name and returns it as it is stored. Throws INVALID_INPUT (name). */
export function requireName(name: string): string {
  if (isBlank(name)) throw invalid('name', 'A group must have a name.');
  if (codePoints(name) > maxName) throw invalid('name', `A name can have at most ${maxName} characters.`);
  if (!isStorable(name) || hasControls(name, { lines: false })) throw invalid('name', 'A name must be a single line of text.');
  return name;
}

/** Checks a group's description and returns it as it is stored; '' becomes null. Throws INVALID_INPUT (description). */
export function requireDescription(description: string | null | undefined): string | null {
  if (description === null || description === undefined || description === '') return null;
  if (codePoints(description) > maxDescription)
    throw invalid('description', `A description can have at most ${maxDescription} characters.`);
  if (!isStorable(description) || hasControls(description, { lines: true })) {
    throw invalid('description', 'A description must not contain control characters.');
  }
  return description;
}

/** Checks a group's announcement and returns it as it is stored; '' becomes null. Throws INVALID_INPUT (announcement). */
export function requireAnnouncement(announcement: string | null): string | null {
  if (announcement === null || announcement === '') return null;
  if (codePoints(announcement) > maxAnnouncement) {
    throw invalid('announcement', `An announcement can have at most ${maxAnnouncement} characters. Send the rest as a message.`);
  }
  if (!isStorable(announcement) || hasControls(announcement, { lines: true })) {
    throw invalid('announcement', 'An announcement must not contain control characters.');
  }
  return announcement;
}

/**
 * Checks a member's nickname and returns it as it is stored; '' becomes null, which means their own name. Throws INVALID_INPUT (nickname).
 */
export function requireNickname(nickname: string | null): string | null {
  if (nickname === null || nickname === '') return null;
  if (isBlank(nickname)) throw invalid('nickname', 'A nickname must have a visible character. Choose another, or leave it out.');
  if (codePoints(nickname) > maxNickname) throw invalid('nickname', `A nickname can have at most ${maxNickname} characters.`);
  if (!isStorable(nickname) || hasControls(nickname, { lines: false }))
    throw invalid('nickname', 'A nickname must be a single line of text.');
  return nickname;
}

/**
 * Checks slow mode and returns the wait between two messages in seconds; null becomes 0, which is off. Throws INVALID_INPUT
 * (slowModeSeconds).
 */
export function requireSlowMode(seconds: number | null): number {
  if (seconds === null) return 0;
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= maxSlowModeSeconds) return seconds;
  throw invalid('slowModeSeconds', `slowModeSeconds must be an integer from 0 (off) to ${maxSlowModeSeconds} (a day).`);
}

/** Checks for how many days history is kept. null: for as long as the server keeps it. Throws INVALID_INPUT (historyDays). */
export function requireHistoryDays(days: number | null): number | null {
  if (days === null || (Number.isInteger(days) && days >= 1 && days <= maxHistoryDays)) return days;
  throw invalid(
    'historyDays',
    `historyDays must be an integer from 1 to ${maxHistoryDays}, or null to keep history for as long as the server does.`,
  );
}

/** Checks the note of a join request and returns it as it is stored; a blank note becomes null. Throws INVALID_INPUT (note). */
export function requireNote(note: string | null | undefined): string | null {
  if (note === null || note === undefined || isBlank(note)) return null;
  if (codePoints(note) > maxNote) throw invalid('note', `A note can have at most ${maxNote} characters.`);
  if (!isStorable(note) || hasControls(note, { lines: true })) throw invalid('note', 'A note must not contain control characters.');
  return note;
}

/** Checks a clientGroupId. Throws INVALID_INPUT (clientGroupId). */
export function requireClientGroupId(clientGroupId: string | undefined): void {
  if (clientGroupId !== undefined && !isClientKey(clientGroupId)) {
    throw invalid('clientGroupId', 'clientGroupId must be 1 to 64 printable ASCII characters and must not end in a space.');
  }
}

/** A user whom a call names. */
export interface Named {
  readonly userId: bigint;
  /** The user's first index in the input. */
  readonly index: number;
}

/** Throws INVALID_INPUT (`field`) if a call names more than 100 users. */
export function requireFewUsers(field: string, users: readonly unknown[]): void {
  if (users.length <= maxUsersAtOnce) return;
  throw invalid(field, `At most ${maxUsersAtOnce} users are allowed per call. Send the rest in another call.`);
}

/** Returns the users whom a call names, each once. Throws INVALID_INPUT (`field`) if there are more than 100. */
export function requireUsers(field: string, userIds: readonly bigint[]): readonly Named[] {
  requireFewUsers(field, userIds);
  const first = new Map<bigint, Named>();
  for (const [index, userId] of userIds.entries()) if (!first.has(userId)) first.set(userId, { userId, index });
  return [...first.values()];
}
