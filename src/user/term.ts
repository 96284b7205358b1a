import { beginningsIn, joinedWords, normalised, tellingWords, withoutGaps } from '../term.ts';

// The width of the column, in code points.
const maxTerm = 64;
// More words than that narrow a search no further, and cost a look-up each for every user found.
const maxWords = 8;

function cut(word: string): string {
  return word.length <= maxTerm ? word : [...word].slice(0, maxTerm).join('');
}

/**
 * What a user is found by: the handle, and each word of the display name, also where a hyphen, dot or underscore joins two; of scripts that put no
 * space between words, what follows from any letter on.
 */
export function termsOf({ handle, displayName }: { readonly handle: string; readonly displayName: string }): readonly string[] {
  const name = normalised(displayName);
  const words = [...name.split(/[^\p{L}\p{N}]+/u), ...joinedWords(name), ...joinedWords(withoutGaps(name))];
  return [...new Set([handle, ...words.flatMap(beginningsIn).map(cut)])].filter((term) => term !== '');
}

/**
 * The beginnings of words that a search asks for, the longest first, none of which begins another: a user is found if each of them begins a term. Empty:
 * nobody is meant.
 */
export function prefixesOf(search: string): readonly string[] {
  const words = [...new Set(joinedWords(normalised(search)).map(cut))].filter((word) => word !== '');
  return tellingWords(words.slice(0, maxWords));
}
