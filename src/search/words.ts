import type { Attachments } from '../log/index.ts';
import { joinedWords, normalised, tellingWords, unspacedFrom, withoutGaps } from '../term.ts';

/** What can be found of a message. */
export interface Searchable {
  readonly text: string;
  readonly attachments: Attachments;
}

/** The words that are looked for, each of which must begin a word of a message. */
export interface Wanted {
  /** As they are compared, the longest first; empty: nothing is meant. */
  readonly words: readonly string[];
  /** Whether a message has them all. */
  in(message: Searchable): boolean;
}

const ofWords = /[\p{L}\p{N}]/u;
// Parts a text from what is attached to it: neither a letter, nor a space over which words of one script are joined.
const apart = '\n|\n';

/** The words of a text that somebody searches by. What joins words counts within them only: whoever pastes a sentence brings its full stop along. */
export function wantedOf(search: string): Wanted {
  const given = joinedWords(normalised(search)).map((word) => word.replaceAll(/^[_.-]+|[_.-]+$/g, ''));
  const words = tellingWords(given.filter((word) => word !== ''));
  const tests = words.map(beginningOf);
  const isUnspaced = words.some((word) => unspacedFrom(word) >= 0);
  return {
    words,
    in(message) {
      const normal = normalised(wordsIn(message));
      const text = isUnspaced ? withoutGaps(normal) : normal;
      return tests.every((begins) => begins(text));
    },
  };
}

function wordsIn({ text, attachments }: Searchable): string {
  if (attachments.length === 0) return text;
  return [text, ...attachments.flatMap(({ name, alt }) => [name, alt])].filter((part) => part !== null).join(apart);
}

/** Tells whether a word begins with this one somewhere in a text. A word of a script without spaces may begin at any of its letters. */
function beginningOf(word: string): (text: string) => boolean {
  if (unspacedFrom(word) === 0) return (text) => text.includes(word);
  return (text) => {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) if (!ofWords.test(characterBefore(text, at))) return true;
    return false;
  };
}

function characterBefore(text: string, at: number): string {
  const pair = text.slice(Math.max(0, at - 2), at);
  return pair.length === 2 && pair.codePointAt(0) !== pair.charCodeAt(0) ? pair : pair.slice(-1);
}
