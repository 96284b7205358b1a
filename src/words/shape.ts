import { ChatError } from '../errors.ts';
import { codePoints, hasControls, isStorable } from '../text.ts';
import { foldWord } from './matcher.ts';

const namePattern = /^[a-z0-9_.-]{1,64}$/;
// The limit of a phrase, in characters. Each place in a text can end as many matches.
const maxWord = 100;

/** The most words that all lists together can have. A node keeps them in memory, some 20 MB, and takes up to a second to load them. */
export const maxWords = 50_000;
/** The most bytes of UTF-8 that the words of all lists together can have. */
export const maxBytes = 1_048_576;
/** The most lists: enough for each subject that operators keep apart. */
export const maxLists = 100;

function invalid(message: string, ...field: readonly string[]): ChatError {
  return new ChatError('INVALID_INPUT', message, { field });
}

/** Checks the name of a list. Throws ChatError INVALID_INPUT (name). */
export function requireListName(name: string): void {
  if (!namePattern.test(name)) throw invalid('A list’s name must be 1 to 64 characters of a-z, 0-9, _, . and -.', 'name');
}

/**
 * Returns the words in the form in which they are stored, each once. Throws ChatError INVALID_INPUT (words, words.N) or LIMIT_REACHED
 * (words).
 */
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

/** Creates the error for more words than all lists together can have. */
export function tooMuch(): ChatError {
  const message = `All lists together can have at most ${maxWords} words and ${maxBytes} bytes. Remove some.`;
  return new ChatError('LIMIT_REACHED', message, { field: ['words'] });
}
