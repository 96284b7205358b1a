/** A text in the form in which it is compared, with the place of each part in the original. */
export interface Folded {
  readonly text: string;
  /** Returns where the source of this unit of `text` begins in the original, in UTF-16 units. */
  start(unit: number): number;
  /** Returns where the source of this unit of `text` ends in the original, in UTF-16 units, exclusive. */
  end(unit: number): number;
}

// A base character with all that follows and belongs to it: marks, joiners, the vowels and finals of Hangul that is typed in pieces, the
// voicing marks of half-width kana, and the skin tone of an emoji.
const clusters =
  /(?:\r\n|[^\p{M}\p{Emoji_Modifier}\u1160-\u11ff\uff9e\uff9f\u200c\u200d]|^)[\p{M}\p{Emoji_Modifier}\u1160-\u11ff\uff9e\uff9f\u200c\u200d]*/gsu;

// Characters that readers do not see, marks that merely decorate letters in scripts that are readable without them, and the Arabic tatweel,
// which only lengthens a word. The marks of kana and of the Indic and Thai scripts stay: without them the syllables are different.
const dropped =
  /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{Emoji_Modifier}\u2800\u0640]|[[\p{M}&&[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Cyrillic}\p{Script=Hebrew}]]--[\u3099\u309a]]/gv;

// Letters of scripts that are readable without any marks. With a mark of another script, such a letter still reads as itself, but the
// automaton takes both for one character and would find no word in it. A mark on an invisible character would be taken for a mark of the
// letter before it.
const bare =
  /^[\p{M}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Han}\p{Script=Hangul}\p{Script=Common}]/u;
const marks = /\p{M}/gu;

const space = /^\p{White_Space}/u;
// Printable ASCII with single spaces inside: folding changes only its case, so every position stays the same.
const plain = /^[\x21-\x7e]*(?: [\x21-\x7e]+)* ?$/;

// Alphabets are small. Clusters past this number are folded again each time.
const keptClusters = 20_000;
const known = new Map<string, string>();

/**
 * Folds a text: removes compatibility forms, case and whatever only decorates or hides letters, and makes a single blank of each run of
 * white space. Two texts that fold to the same are the same to a list of words.
 */
export function fold(text: string): Folded {
  if (plain.test(text)) return { text: text.toLowerCase(), start: (unit) => unit, end: (unit) => unit + 1 };
  const [starts, ends]: [number[], number[]] = [[], []];
  let folded = '';
  for (const { 0: cluster, index } of text.matchAll(clusters)) {
    const one = foldCluster(cluster);
    // The first blank of a run stands for all of them.
    if (one === '' || (one === ' ' && folded.endsWith(' '))) continue;
    folded += one;
    const [begin, end] = [index, index + cluster.length];
    starts.push(...Array<number>(one.length).fill(begin));
    ends.push(...Array<number>(one.length).fill(end));
  }
  return { text: folded, start: (unit) => starts[unit] ?? text.length, end: (unit) => ends[unit] ?? text.length };
}

// In any language, a letter has far fewer marks. Normalization sorts the marks, which takes 200 ms for a run of 8,000.
const longestCluster = 64;

function foldCluster(cluster: string): string {
  const found = known.get(cluster);
  if (found !== undefined) return found;
  const folded = space.test(cluster) ? ' ' : foldLetters(begun(cluster));
  if (known.size < keptClusters && cluster.length <= 4) known.set(cluster, folded);
  return folded;
}

function begun(cluster: string): string {
  return cluster.length <= longestCluster ? cluster : [...cluster].slice(0, longestCluster).join('');
}

function foldLetters(letters: string): string {
  // Through upper case, so that ß becomes ss and both sigmas become one. This may split a character into letter and marks, so it is
  // stripped again.
  const cased = strip(letters).toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return strip(cased).normalize('NFC');
}

function strip(letters: string): string {
  const left = letters.normalize('NFKD').replaceAll(dropped, '');
  return bare.test(left) ? left.replaceAll(marks, '') : left;
}
