// The width of the column, in code points.
const maxTerm = 64;
// More words than that narrow a search no further, and cost a look-up each for every user found.
const maxWords = 8;

/** Text as it is searched: without case, accents and compatibility forms. */
function normalised(text: string): string {
  const bare = text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  // By way of upper case, so that ß is ss and both sigmas are one.
  return bare.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKD').replaceAll(/\p{M}/gu, '');
}

function cut(word: string): string {
  return word.length <= maxTerm ? word : [...word].slice(0, maxTerm).join('');
}

// Scripts that put no space between words, so that one may begin at any letter: Han, kana, Hangul (by its leading consonants, into which NFKD takes it
// apart), Thai, Lao, Khmer and Burmese.
const unspaced =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\u1100-\\u115f\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const unspacedLetters = new RegExp(`[${unspaced}]`, 'gu');
// A family name and a given name of such a script are asked for in one word as often as in two. Between them may stand a middle dot.
const unspacedGap = new RegExp(`(?<=[${unspaced}\\u1160-\\u11ff\\u30fc])[\\s\\u00b7\\u30fb]+(?=[${unspaced}])`, 'gu');

/**
 * What a user is found by: the handle, and each word of the display name, also where a hyphen, dot or underscore joins two; of scripts that put no
 * space between words, what follows from any letter on.
 */
export function termsOf({ handle, displayName }: { readonly handle: string; readonly displayName: string }): readonly string[] {
  const name = normalised(displayName);
  const words = [...name.split(/[^\p{L}\p{N}]+/u), ...joinedWords(name), ...joinedWords(name.replaceAll(unspacedGap, ''))];
  return [...new Set([handle, ...words.flatMap(beginningsIn).map(cut)])].filter((term) => term !== '');
}

/** A word, and what is left of it from each of its unspaced letters on. */
function beginningsIn(word: string): readonly string[] {
  return [word, ...[...word.matchAll(unspacedLetters)].map(({ index }) => word.slice(index))];
}

/**
 * The beginnings of words that a search asks for, the longest first, none of which begins another: a user is found if each of them begins a term. Empty:
 * nobody is meant.
 */
export function prefixesOf(search: string): readonly string[] {
  const words = [...new Set(joinedWords(normalised(search)).map(cut))].filter((word) => word !== '').slice(0, maxWords);
  const asked = words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)));
  return asked.toSorted((a, b) => b.length - a.length);
}

function joinedWords(normal: string): readonly string[] {
  return normal.split(/[^\p{L}\p{N}_.-]+/u);
}
