// Scripts that put no space between words, so that one may begin at any letter: Han, kana, Hangul (by its leading consonants, into which NFKD takes it
// apart), Thai, Lao, Khmer and Burmese.
const unspaced =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\u1100-\\u115f\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const unspacedLetter = new RegExp(`[${unspaced}]`, 'u');
const unspacedEnd = `[${unspaced}\\u1160-\\u11ff\\u30fc]`;
// Any letter of such a script, and what stands behind one.
const beginning = new RegExp(`${unspacedLetter.source}|(?<=${unspacedEnd})[\\p{L}\\p{N}](?<!${unspacedEnd})`, 'gu');
const between = new RegExp(`[^\\p{L}\\p{N}]|${unspacedEnd}`, 'u');
// A family name and a given name of such a script are asked for in one word as often as in two. Between them may stand a middle dot.
const unspacedGap = new RegExp(`(?<=${unspacedEnd})[\\s\\u00b7\\u30fb]+(?=[${unspaced}])`, 'gu');

const beyondAscii = /\P{ASCII}/u;
const marks = /\p{M}/gu;
// Soft hyphens, what joins letters or keeps them apart, marks of direction: nobody sees them, or types them to find a word again. A space without width parts words.
const unseen = /(?!\u200b)[\p{M}\p{Cf}]/gu;

/** Text as it is searched: without case, accents and compatibility forms. */
export function normalised(text: string): string {
  // Of such a text nothing but the case changes, and that takes a tenth of the time.
  if (!beyondAscii.test(text)) return text.toLowerCase();
  return caseless(decomposed(text, marks));
}

/** A message's text as it is searched, and what that took. */
export interface Folded {
  readonly normal: string;
  /** What it costs, in letters of ASCII on their way from the database and through a search; at most some 30 ns each. */
  readonly weight: number;
}

// Measured over all of Unicode: 20 to 60 ns for each letter as it stands and each that it is taken apart into. A syllable of Hangul has three of those, and U+FDFA eighteen.
const weightBeyondAscii = 3;

/**
 * Text of a message as it is searched: as people's names, and ẞ is ss as ß is, all hyphens are one, and what is not seen does not part a word. Not so names: of
 * those words are stored, as they were normalised when they were given.
 */
export function folded(text: string): Folded {
  if (!beyondAscii.test(text)) return { normal: text.toLowerCase(), weight: text.length };
  const bare = decomposed(text, unseen);
  const normal = caseless(bare.replaceAll('\u1e9e', 'ß').replaceAll('\u2010', '-').replaceAll('\u200b', ' '));
  return { normal, weight: weightBeyondAscii * (text.length + bare.length) };
}

/** Letters in their parts, those that do not count left out before: marks are put in their order by a sort that takes 100 ms for a row of 8,000. */
function decomposed(text: string, uncounted: RegExp): string {
  return text.replaceAll(uncounted, '').normalize('NFKD');
}

function caseless(parts: string): string {
  const bare = parts.replaceAll(marks, '');
  // By way of upper case, so that ß is ss and both sigmas are one.
  return bare.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKD').replaceAll(marks, '');
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

/** A word, and what is left of it from each letter on at which another may begin: any of a script without spaces, and what follows one. */
export function beginningsIn(word: string): readonly string[] {
  return [word, ...[...word.matchAll(beginning)].map(({ index }) => word.slice(index))];
}

/** Where a word has its first letter of a script without spaces; -1: nowhere. */
export function unspacedFrom(word: string): number {
  return word.search(unspacedLetter);
}

/** Whether a word of a script with spaces may begin after this letter, or part of one: where it is none, or of a script without. */
export function endsWord(letter: string): boolean {
  return between.test(letter);
}

// The width of the columns, in code points.
const maxTerm = 64;
// More words than that narrow a search no further, and cost a look-up each for whatever is found.
const maxWords = 8;

function cut(word: string): string {
  return word.length <= maxTerm ? word : [...word].slice(0, maxTerm).join('');
}

/**
 * What a name is found by: each of its words, also where a hyphen, dot or underscore joins two; of scripts that put no space between words, what follows
 * from any letter on.
 */
export function termsOfName(name: string): readonly string[] {
  const normal = normalised(name);
  const words = [...normal.split(/[^\p{L}\p{N}]+/u), ...joinedWords(normal), ...joinedWords(withoutGaps(normal))];
  return [...new Set(words.flatMap(beginningsIn).map(cut))].filter((term) => term !== '');
}

/**
 * The beginnings of words that a search by names asks for, the longest first, none of which begins another: what has each of them begin a term is found.
 * Empty: nothing is meant.
 */
export function prefixesOf(search: string): readonly string[] {
  const words = [...new Set(joinedWords(normalised(search)).map(cut))].filter((word) => word !== '');
  return tellingWords(words.slice(0, maxWords));
}

/** What a search may find that is in no index. */
interface Named {
  readonly handle?: string;
  readonly names: readonly string[];
}

/** The terms of what each prefix begins one of, as a search asks; null: it is not found. */
export function foundTerms(prefixes: readonly string[], { handle = '', names }: Named): readonly string[] | null {
  // Nearly all are none: to take a name apart takes ten times as long as to see that.
  const normal = normalised([handle, ...names].join('\n'));
  if (!prefixes.every((prefix) => normal.includes(prefix) || withoutGaps(normal).includes(prefix))) return null;
  const terms = [handle, ...names.flatMap(termsOfName)];
  return prefixes.every((prefix) => terms.some((term) => term.startsWith(prefix))) ? terms : null;
}
