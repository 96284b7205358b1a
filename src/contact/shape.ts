import { ChatError } from '../errors.ts';
import { codePoints, hasControls, isBlank, isStorable } from '../text.ts';

// The widths of the columns, which the API documents too.
const maxAlias = 64;
const maxNote = 300;

function invalid(field: string, message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: [field] });
}

/** Returns the first message of a contact request, or null for none. Throws ChatError INVALID_INPUT (message). */
export function requireFirstMessage(message: string | null | undefined, maxLength: number): string | null {
  if (message === null || message === undefined) return null;
  if (isBlank(message)) throw invalid('message', 'A message must have visible text.');
  if (!isStorable(message)) throw invalid('message', 'A message must be well-formed Unicode without NUL.');
  if (codePoints(message) > maxLength) throw invalid('message', `A message can have at most ${maxLength} characters.`);
  return message;
}

/** Returns a user's alias for a contact. Throws ChatError INVALID_INPUT (alias). */
export function requireAlias(alias: string | null): string | null {
  if (alias === null) return null;
  if (isBlank(alias)) throw invalid('alias', 'An alias must have a visible character. Use null for none.');
  if (codePoints(alias) > maxAlias) throw invalid('alias', `An alias can have at most ${maxAlias} characters.`);
  if (!isStorable(alias) || hasControls(alias, { lines: false })) throw invalid('alias', 'An alias must be a single line of text.');
  return alias;
}

/** Returns the note of a contact request. '' means none. Throws ChatError INVALID_INPUT (note). */
export function requireNote(note: string | null | undefined): string | null {
  if (note === null || note === undefined || note === '') return null;
  if (codePoints(note) > maxNote) throw invalid('note', `A note can have at most ${maxNote} characters.`);
  if (!isStorable(note) || hasControls(note, { lines: true })) throw invalid('note', 'A note must not contain control characters.');
  return note;
}
