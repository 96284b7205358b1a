/** A text as it is compared, and from where in the original each part of it comes. */
export interface Folded {
  readonly text: string;
  /** Where, in UTF-16 units of the original, the character begins from which the unit at this place of `text` comes. */
  start(unit: number): number;
  /** Where it ends, exclusive. */
  end(unit: number): number;
}

// A base with all that follows and belongs to it: marks, joiners, the vowels and finals of Hangul that is typed in pieces, the voicing of half-width kana, and
// the colour of a hand or a face.
const clusters =
  /(?:\r\n|[^\p{M}\p{Emoji_Modifier}\u1160-\u11ff\uff9e\uff9f\u200c\u200d]|^)[\p{M}\p{Emoji_Modifier}\u1160-\u11ff\uff9e\uff9f\u200c\u200d]*/gsu;

// What readers do not see, what merely decorates a letter of scripts that can do without, and the line that lengthens an Arabic word. The marks of kana and
// of the Indic and Thai scripts stay: without them they are other syllables.
const dropped =
  /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{Emoji_Modifier}\u2800\u0640]|[[\p{M}&&[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Cyrillic}\p{Script=Hebrew}]]--[\u3099\u309a]]/gv;

// Letters of scripts that can do without any mark: with one of another script they still read as themselves, and the automaton takes both for one character,
// in which it would find no word. A mark that stands on something invisible would be taken for one of the letter before.
const bare =
  /^[\p{M}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Han}\p{Script=Hangul}\p{Script=Common}]/u;
const marks = /\p{M}/gu;

const space = /^\p{White_Space}/u;
// Nothing of it changes its place: the case is all that is to be folded.
const plain = /^[\x21-\x7e]*(?: [\x21-\x7e]+)* ?$/;

// Alphabets are small; who writes in all of Unicode pays each time.
const keptClusters = 20_000;
const known = new Map<string, string>();

/**
 * Folds a text: compatibility forms, case and what only decorates or hides letters are gone, and any space is one blank. Two texts that fold alike are
 * the same to a list of words.
 */
export function fold(text: string): Folded {
  if (plain.test(text)) return { text: text.toLowerCase(), start: (unit) => unit, end: (unit) => unit + 1 };
  const [starts, ends]: [number[], number[]] = [[], []];
  let folded = '';
  for (const { 0: cluster, index } of text.matchAll(clusters)) {
    const one = foldCluster(cluster);
    // Of several blanks the first stands for all.
    if (one === '' || (one === ' ' && folded.endsWith(' '))) continue;
    folded += one;
    const [begin, end] = [index, index + cluster.length];
    starts.push(...Array<number>(one.length).fill(begin));
    ends.push(...Array<number>(one.length).fill(end));
  }
  return { text: folded, start: (unit) => starts[unit] ?? text.length, end: (unit) => ends[unit] ?? text.length };
}

// What belongs to a letter in any language is far less. Normalising puts marks in order by a sort that takes 200 ms for a row of 8,000.
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
  // By way of upper case, so that ß is ss and both sigmas are one. What that takes apart is stripped as well.
  const cased = strip(letters).toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return strip(cased).normalize('NFC');
}

function strip(letters: string): string {
  const left = letters.normalize('NFKD').replaceAll(dropped, '');
  return bare.test(left) ? left.replaceAll(marks, '') : left;
}
