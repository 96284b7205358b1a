import { ChatError } from './errors.ts';
import { codePoints } from './text.ts';

// Scripts without spaces between words, where a word may begin at any letter: Han, kana, Hangul (its leading consonants, as NFKD decomposes
// it), Thai, Lao, Khmer and Burmese.
const unspaced =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\u1100-\\u115f\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const unspacedLetter = new RegExp(`[${unspaced}]`, 'u');
const unspacedEnd = `[${unspaced}\\u1160-\\u11ff\\u30fc]`;
// Any letter of such a script, and the first letter of another script after one.
const beginning = new RegExp(`${unspacedLetter.source}|(?<=${unspacedEnd})[\\p{L}\\p{N}](?<!${unspacedEnd})`, 'gu');
const between = new RegExp(`[^\\p{L}\\p{N}]|${unspacedEnd}`, 'u');
// Family and given names in such scripts are searched for with a space as often as without. A middle dot may stand between them, too.
const unspacedGap = new RegExp(`(?<=${unspacedEnd})[\\s\\u00b7\\u30fb]+(?=[${unspaced}])`, 'gu');

const beyondAscii = /\P{ASCII}/u;
const marks = /\p{M}/gu;
// Soft hyphens, joiners, direction marks: nobody sees them or types them in a search. A zero-width space is excluded, because it separates
// words.
const unseen = /(?!\u200b)[\p{M}\p{Cf}]/gu;

/** Normalises text for searching: without case, accents and compatibility forms. */
export function normalised(text: string): string {
  // In ASCII only the case changes, and this takes a tenth of the time.
  if (!beyondAscii.test(text)) return text.toLowerCase();
  return caseless(decomposed(text, marks));
}

/** The text of a message, normalised for searching, and the cost of that. */
export interface Folded {
  readonly normal: string;
  /** The cost of reading and searching the text, in ASCII letters of equal cost. One takes at most some 30 ns. */
  readonly weight: number;
}

// Measured over all of Unicode: 20 to 60 ns for each letter of the text and of its decomposition. A syllable of Hangul decomposes into
// three letters, U+FDFA into eighteen.
const weightBeyondAscii = 3;

/**
 * Normalises the text of a message for searching, more thoroughly than names: ẞ is ss, as ß is. All hyphens are equal. Invisible characters
 * do not separate words. The terms of names are stored as they were normalised when the name was set, so these rules cannot apply to them.
 */
export function folded(text: string): Folded {
  if (!beyondAscii.test(text)) return { normal: text.toLowerCase(), weight: text.length };
  const bare = decomposed(text, unseen);
  const normal = caseless(bare.replaceAll('\u1e9e', 'ß').replaceAll('\u2010', '-').replaceAll('\u200b', ' '));
  return { normal, weight: weightBeyondAscii * (text.length + bare.length) };
}

/** Decomposes letters, after removing `uncounted`: the normalisation sorts marks, and takes 100 ms for a run of 8,000 of them. */
function decomposed(text: string, uncounted: RegExp): string {
  return text.replaceAll(uncounted, '').normalize('NFKD');
}

function caseless(parts: string): string {
  const bare = parts.replaceAll(marks, '');
  // Through upper case, so that ß becomes ss and both forms of sigma are equal.
  return bare.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKD').replaceAll(marks, '');
}

/** Returns the words of a normalised text. Words joined by a hyphen, dot or underscore count as one. May include ''. */
export function joinedWords(normal: string): readonly string[] {
  return normal.split(/[^\p{L}\p{N}_.-]+/u);
}

/** Drops words that are the beginning of another, and sorts the rest longest first: if each of those is found, all are. */
export function tellingWords(words: readonly string[]): readonly string[] {
  const each = [...new Set(words)];
  const telling = each.filter((word) => !each.some((other) => other !== word && other.startsWith(word)));
  return telling.toSorted((a, b) => b.length - a.length);
}

/** Removes the gaps between letters of scripts without spaces from a normalised text. */
export function withoutGaps(normal: string): string {
  return normal.replaceAll(unspacedGap, '');
}

/**
 * Returns the word, and its suffixes from each letter at which another word may begin: letters of scripts without spaces, and the first
 * letter after such a run.
 */
export function beginningsIn(word: string): readonly string[] {
  return [word, ...[...word.matchAll(beginning)].map(({ index }) => word.slice(index))];
}

/** Returns the index of the first letter of a script without spaces. -1 if there is none. */
export function unspacedFrom(word: string): number {
  return word.search(unspacedLetter);
}

/**
 * Returns whether a word, or part of one, of a script with spaces may begin after this character: if it is not a letter, or belongs to a
 * script without spaces.
 */
export function endsWord(letter: string): boolean {
  return between.test(letter);
}

// The width of the columns, in code points.
const maxTerm = 64;
// More words do not narrow a search further, and each costs a look-up per result.
const maxWords = 8;

function cut(word: string): string {
  return word.length <= maxTerm ? word : [...word].slice(0, maxTerm).join('');
}

/**
 * Returns the terms by which a name is found: each of its words, also the parts of words joined by a hyphen, dot or underscore. In scripts
 * without spaces, also the rest of the word from each letter on.
 */
export function termsOfName(name: string): readonly string[] {
  const normal = normalised(name);
  const words = [...normal.split(/[^\p{L}\p{N}]+/u), ...joinedWords(normal), ...joinedWords(withoutGaps(normal))];
  return [...new Set(words.flatMap(beginningsIn).map(cut))].filter((term) => term !== '');
}

// Longer than anybody types, and long enough for a part of a message that is pasted to find it again. Normalising a search of a megabyte
// takes seconds, in which a node does nothing else.
const maxSearch = 200;

/** Throws BAD_USER_INPUT (search) if a search is longer than 200 characters. */
export function requireShortSearch(search: string): void {
  if (codePoints(search) <= maxSearch) return;
  throw new ChatError('BAD_USER_INPUT', `A search can have at most ${maxSearch} characters.`, { field: ['search'] });
}

/**
 * Returns the prefixes that a search for names consists of, longest first, none the beginning of another. A name is found if each prefix
 * begins one of its terms. Empty if the search has no words. Throws as requireShortSearch does.
 */
export function prefixesOf(search: string): readonly string[] {
  requireShortSearch(search);
  const words = [...new Set(joinedWords(normalised(search)).map(cut))].filter((word) => word !== '');
  return tellingWords(words.slice(0, maxWords));
}

/** The names to look through in a search without an index. */
interface Named {
  readonly handle?: string;
  readonly names: readonly string[];
}

/** Returns the terms of some names, if each prefix begins one of them. Null if the search does not find the names. */
export function foundTerms(prefixes: readonly string[], { handle = '', names }: Named): readonly string[] | null {
  // Checked first, because nearly nothing matches, and splitting a name takes ten times as long.
  const normal = normalised([handle, ...names].join('\n'));
  if (!prefixes.every((prefix) => normal.includes(prefix) || withoutGaps(normal).includes(prefix))) return null;
  const terms = [handle, ...names.flatMap(termsOfName)];
  return prefixes.every((prefix) => terms.some((term) => term.startsWith(prefix))) ? terms : null;
}
