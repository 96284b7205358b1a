import AhoCorasick from 'modern-ahocorasick';
import type { WordAction } from './action.ts';
import { fold } from './fold.ts';

/** An enabled list, with its words. */
export interface ActiveList {
  readonly name: string;
  readonly action: WordAction;
  readonly wholeWords: boolean;
  readonly words: readonly string[];
}

/** A word of a list that was found in a text. */
export interface Hit {
  readonly list: string;
  readonly action: WordAction;
  /** As the list spells it. */
  readonly word: string;
  /** Where the word stands in the text, in UTF-16 units. The end is exclusive. Both are on character boundaries. */
  readonly start: number;
  readonly end: number;
}

/** Finds the words of all lists in a text, overlapping ones included, in no particular order. */
export type Matcher = (text: string) => readonly Hit[];

/** A list that has a word, and the list's spelling of it. */
interface Use extends Pick<ActiveList, 'action' | 'wholeWords'> {
  readonly list: string;
  readonly word: string;
}

// Scripts without spaces between words: any letter may begin or end a word.
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
// An underscore is not included: it separates the words of a handle.
const ofWords = /[\p{L}\p{N}\p{M}]/u;

/** Creates a matcher. It takes 5 to 20 µs for each word of the lists, and blocks the event loop meanwhile. */
export function createMatcher(lists: readonly ActiveList[]): Matcher {
  const uses = new Map<string, Use[]>();
  for (const { name: list, action, wholeWords, words } of lists) {
    for (const word of words) {
      const folded = foldWord(word);
      if (folded === '') continue;
      const use = { list, action, wholeWords, word };
      const others = uses.get(folded);
      if (others === undefined) uses.set(folded, [use]);
      else others.push(use);
    }
  }
  if (uses.size === 0) return () => [];
  const automaton = new AhoCorasick([...uses].map(([pattern, data]) => ({ pattern, data })));
  return (text) => {
    const folded = fold(text);
    return automaton.search(folded.text).flatMap(({ start, end, data = [] }) => {
      const apart = stands(folded.text, start, end);
      return data.flatMap(({ wholeWords, ...use }) =>
        wholeWords && !apart ? [] : [{ ...use, start: folded.start(start), end: folded.end(end - 1) }],
      );
    });
  };
}

/** Folds a word for comparison. Returns '' if nothing is left of it. */
export function foldWord(word: string): string {
  return fold(word).text.trim();
}

/** Returns whether the text between two places is made of whole words. */
function stands(text: string, start: number, end: number): boolean {
  return !isJoined(text, start) && !isJoined(text, end);
}

/** Returns whether the characters before and after a place belong to the same word. */
function isJoined(text: string, place: number): boolean {
  const [before, after] = [characterBefore(text, place), text.slice(place, place + 2)];
  const next = String.fromCodePoint(after.codePointAt(0) ?? 0x20);
  return ofWords.test(before) && ofWords.test(next) && !unspaced.test(before) && !unspaced.test(next);
}

function characterBefore(text: string, place: number): string {
  const pair = text.slice(Math.max(0, place - 2), place);
  return /[\ud800-\udbff][\udc00-\udfff]$/.test(pair) ? pair : pair.slice(-1);
}
