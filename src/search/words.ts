import type { Attachments } from '../log/index.ts';
import { endsWord, folded, joinedWords, tellingWords, unspacedFrom, withoutGaps } from '../term.ts';
import { compareEmojis, partEmojis } from './emojis.ts';

/** What can be found of a message. */
export interface Searchable {
  readonly text: string;
  readonly attachments: Attachments;
}

/** What is looked for: words, each of which must begin a word of a message, and emojis, which stand in it. */
export interface Wanted {
  /** As they are compared, the longest first, and emojis after words; empty: nothing is meant. */
  readonly words: readonly string[];
  compare(message: Searchable): Compared;
}

/** What came of looking through a message. */
export interface Compared {
  /** Whether it has all of them. */
  readonly found: boolean;
  /** What that took, as Folded tells it. */
  readonly weight: number;
}

// Of a text without case.
const [smallA, smallZ, digit0, digit9, beyondAscii] = [0x61, 0x7a, 0x30, 0x39, 0x80];
// Measured: to look for a word takes up to 2.6 ns for each letter of a text, where it almost occurs everywhere. So many of them are as one letter that is brought here.
const soughtOfWeight = 12;
// Parts a text from what is attached to it, and what stood before an emoji from what stood after it: neither a letter, nor a space over which words of one script are joined.
const apart = '\n|\n';

/** The words and emojis of a text that somebody searches by. What joins words counts within them only: whoever pastes a sentence brings its full stop along. `hasAttachments`: only messages to which something is attached, or nothing. */
export function wantedOf(search: string, hasAttachments?: boolean): Wanted {
  const { emojis, between } = partEmojis(search);
  const given = joinedWords(folded(between.join(apart)).normal).map((word) => word.replaceAll(/^[_.-]+|[_.-]+$/g, ''));
  const words = tellingWords(given.filter((word) => word !== ''));
  const tests = words.map(beginningOf);
  const isUnspaced = words.some((word) => unspacedFrom(word) >= 0);

  function compare(message: Searchable): Compared {
    const given = wordsIn(message);
    if (words.length === 0) return compareEmojis(emojis, given);
    const { normal, weight } = folded(given);
    const text = isUnspaced ? withoutGaps(normal) : normal;
    const missing = tests.findIndex((begins) => !begins(text));
    const sought = missing < 0 ? tests.length : missing + 1;
    const compared = { found: missing < 0, weight: weight + (sought * text.length) / soughtOfWeight };
    if (!compared.found || emojis.length === 0) return compared;
    const further = compareEmojis(emojis, given);
    return { found: further.found, weight: compared.weight + further.weight };
  }

  return {
    words: [...words, ...emojis],
    compare(message) {
      const compared = compare(message);
      const isMeant = hasAttachments === undefined || hasAttachments === message.attachments.length > 0;
      // Not looked at first: what is left out was read as well, and a request is bounded by what that weighs.
      return isMeant ? compared : { ...compared, found: false };
    },
  };
}

function wordsIn({ text, attachments }: Searchable): string {
  if (attachments.length === 0) return text;
  return [text, ...attachments.flatMap(({ name, alt }) => [name, alt])].filter((part) => part !== null).join(apart);
}

/**
 * Tells whether a word begins with this one somewhere in a text. A word of a script without spaces may begin at any of its letters, and one of another script, or a
 * number, after any of them.
 */
function beginningOf(word: string): (text: string) => boolean {
  if (unspacedFrom(word) === 0) return (text) => text.includes(word);
  return (text) => {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) if (beginsAt(text, at)) return true;
    return false;
  };
}

function beginsAt(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text.charCodeAt(at - 1);
  // Most are letters in the midst of a word, and to tell that by an expression takes ten times as long.
  if (before < beyondAscii) return !(before >= smallA && before <= smallZ) && !(before >= digit0 && before <= digit9);
  return endsWord(isSecondHalf(before) ? text.slice(Math.max(0, at - 2), at) : text.slice(at - 1, at));
}

function isSecondHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
