import { ChatError } from '../errors.ts';
import { codePoints, hasControls, isStorable } from '../text.ts';
import { foldWord } from './matcher.ts';

const namePattern = /^[a-z0-9_.-]{1,64}$/;
// A phrase may have so many characters: each place of a text may end as many matches.
const maxWord = 100;

/** What all lists together may have: a node keeps it in memory, some 20 MB, and takes up to a second to take it up. */
export const maxWords = 50_000;
/** The same, in bytes of UTF-8. */
export const maxBytes = 1_048_576;
/** Lists there may be: a name for each thing that operators tell apart. */
export const maxLists = 100;

function invalid(message: string, ...field: readonly string[]): ChatError {
  return new ChatError('INVALID_INPUT', message, { field });
}

/** Throws INVALID_INPUT (name). */
export function requireListName(name: string): void {
  if (!namePattern.test(name)) throw invalid('A list’s name must be 1 to 64 characters of a-z, 0-9, _, . and -.', 'name');
}

/** Words as they are stored, each once. Throws INVALID_INPUT (words, words.N) and LIMIT_REACHED (words). */
export function requireWords(words: readonly string[]): readonly string[] {
  if (words.length === 0) throw invalid('A list must have at least one word.', 'words');
  if (words.length > maxWords) throw tooMuch();
  const distinct = new Map<string, string>();
  for (const [place, given] of words.entries()) {
    const word = given.trim();
    const folded = foldWord(word);
    if (!isStorable(word) || hasControls(word, { lines: false }))
      throw invalid('A word must be a single line of text.', 'words', String(place));
    if (codePoints(word) > maxWord) throw invalid(`A word or phrase can have at most ${maxWord} characters.`, 'words', String(place));
    if (folded === '') throw invalid('A word must have a visible character.', 'words', String(place));
    if (!distinct.has(folded)) distinct.set(folded, word);
  }
  return [...distinct.values()];
}

/** The refusal of more words than all lists together may have. */
export function tooMuch(): ChatError {
  const message = `All lists together can have at most ${maxWords} words and ${maxBytes} bytes. Remove some.`;
  return new ChatError('LIMIT_REACHED', message, { field: ['words'] });
}
