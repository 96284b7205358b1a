import type { Attachments } from '../log/index.ts';
import { endsWord, folded, joinedWords, tellingWords, unspacedFrom, withoutGaps } from '../term.ts';
import { compareEmojis, partEmojis } from './emojis.ts';

/** The parts of a message that can be found. */
export interface Searchable {
  readonly text: string;
  readonly attachments: Attachments;
}

/** The words and emojis to look for. Each word must begin a word of the message, and each emoji must be in it. */
export interface Query {
  /** The folded words, longest first, followed by the emojis. Empty if the search has neither. */
  readonly words: readonly string[];
  compare(message: Searchable): Compared;
}

/** The result of comparing a message. */
export interface Compared {
  /** Whether the message has all words and emojis. */
  readonly found: boolean;
  /** The cost of the comparison, in the unit of Folded.weight. */
  readonly weight: number;
}

// Character codes in a text without case.
const [smallA, smallZ, digit0, digit9, beyondAscii] = [0x61, 0x7a, 0x30, 0x39, 0x80];
// Measured: looking for a word takes up to 2.6 ns for each letter of a text in which it almost occurs everywhere. Twelve of these cost as
// much as one unit of weight.
const soughtOfWeight = 12;
// Separates a text from its attachments, and the text before an emoji from the text after it. It is neither a letter nor a gap over which
// words of a script without spaces are joined.
const apart = '\n|\n';

/**
 * Returns the words and emojis of a search. Hyphens, dots and underscores count only within a word, because a pasted sentence includes its
 * full stop. `hasAttachments` restricts the search to messages with attachments (true) or without (false).
 */
export function parseQuery(search: string, hasAttachments?: boolean): Query {
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
      // Compared in any case: messages that are left out were read as well, and the weight of what is read bounds a request.
      return isMeant ? compared : { ...compared, found: false };
    },
  };
}

function wordsIn({ text, attachments }: Searchable): string {
  if (attachments.length === 0) return text;
  return [text, ...attachments.flatMap(({ name, alt }) => [name, alt])].filter((part) => part !== null).join(apart);
}

/**
 * Returns a function that tells whether any word of a text begins with this one. A word of a script without spaces may begin at any of its
 * letters. A word of another script, or a number, may begin after any of them.
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
  // Most occurrences are in the middle of a word, and a regular expression takes ten times as long to tell.
  if (before < beyondAscii) return !(before >= smallA && before <= smallZ) && !(before >= digit0 && before <= digit9);
  return endsWord(isSecondHalf(before) ? text.slice(Math.max(0, at - 2), at) : text.slice(at - 1, at));
}

function isSecondHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
