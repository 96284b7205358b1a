// Scripts that put no space between words, so that one may begin at any letter: Han, kana, Hangul (by its leading consonants, into which NFKD takes it
// apart), Thai, Lao, Khmer and Burmese.
const unspaced =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\u1100-\\u115f\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const unspacedLetter = new RegExp(`[${unspaced}]`, 'u');
const unspacedLetters = new RegExp(unspacedLetter, 'gu');
// A family name and a given name of such a script are asked for in one word as often as in two. Between them may stand a middle dot.
const unspacedGap = new RegExp(`(?<=[${unspaced}\\u1160-\\u11ff\\u30fc])[\\s\\u00b7\\u30fb]+(?=[${unspaced}])`, 'gu');

const beyondAscii = /\P{ASCII}/u;

/** Text as it is searched: without case, accents and compatibility forms. */
export function normalised(text: string): string {
  // Of such a text nothing but the case changes, and that takes a tenth of the time.
  if (!beyondAscii.test(text)) return text.toLowerCase();
  const bare = text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  // By way of upper case, so that ß is ss and both sigmas are one.
  return bare.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKD').replaceAll(/\p{M}/gu, '');
}

/** The words of a normalised text, those that a hyphen, dot or underscore joins as one; '' among them. */
export function joinedWords(normal: string): readonly string[] {
  return normal.split(/[^\p{L}\p{N}_.-]+/u);
}

/** Words of which none begins another, the longest first: where each of them is found, all are. */
export function tellingWords(words: readonly string[]): readonly string[] {
  const each = [...new Set(words)];
  const telling = each.filter((word) => !each.some((other) => other !== word && other.startsWith(word)));
  return telling.toSorted((a, b) => b.length - a.length);
}

/** A normalised text in which letters of scripts without spaces follow each other, whatever stood between them. */
export function withoutGaps(normal: string): string {
  return normal.replaceAll(unspacedGap, '');
}

/** A word, and what is left of it from each letter on at which one of a script without spaces may begin. */
export function beginningsIn(word: string): readonly string[] {
  return [word, ...[...word.matchAll(unspacedLetters)].map(({ index }) => word.slice(index))];
}

/** Where a word has its first letter of a script without spaces; -1: nowhere. */
export function unspacedFrom(word: string): number {
  return word.search(unspacedLetter);
}
