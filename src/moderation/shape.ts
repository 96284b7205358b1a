import { ChatError } from '../errors.ts';
import { codePoints, hasControls, isBlank, isStorable } from '../text.ts';

// The width of the columns, in characters.
const maxNote = 1_000;

/** Returns the note of a report or a decision, or null if it is blank. Throws ChatError INVALID_INPUT (field). */
export function requireNote(field: string, note: string | null | undefined): string | null {
  if (note === null || note === undefined || note === '') return null;
  if (!isStorable(note) || hasControls(note, { lines: true })) throw invalid(field, 'A note must not contain control characters.');
  if (codePoints(note) > maxNote) throw invalid(field, `A note can have at most ${maxNote} characters.`);
  return isBlank(note) ? null : note;
}

function invalid(field: string, message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: [field] });
}
