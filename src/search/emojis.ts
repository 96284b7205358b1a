import { emojiIn } from '../message/index.ts';

/** What came of looking for emojis in a text. */
export interface EmojisCompared {
  readonly found: boolean;
  /** What that took, as Folded tells it. */
  readonly weight: number;
}

// It keeps nothing of what it is given. What is one picture does not depend on a language.
const pictures = new Intl.Segmenter('en', { granularity: 'grapheme' });
// By which a sign becomes a picture: some keyboards leave it away, and where it stands in a longer emoji people do not see.
const asPicture = /\u{FE0F}/gu;
// Measured: to tell whether an emoji begins and ends where its code points do takes 0.1 µs, and up to 1.4 where thousands of them are joined.
const weightOfLook = 16;

/** The emojis in what somebody searches by, each once, as they are compared. */
export function emojisOf(search: string): readonly string[] {
  const emojis = [...pictures.segment(search)].map(({ segment }) => segment).filter((picture) => emojiIn(picture) !== null);
  return [...new Set(emojis.map((emoji) => emoji.replace(asPicture, '')))];
}

/** Looks for all of some emojis, each of which must be one picture of the text by itself: 👍 is in no 👍🏽, and 👩 in no family. */
export function compareEmojis(emojis: readonly string[], given: string): EmojisCompared {
  const text = given.replace(asPicture, '');
  const segments = pictures.segment(text);
  let weight = emojis.length * text.length;
  const found = emojis.every((emoji) => {
    for (let at = text.indexOf(emoji); at >= 0; at = text.indexOf(emoji, at + emoji.length)) {
      weight += weightOfLook;
      const picture = segments.containing(at);
      if (picture?.index === at && picture.segment === emoji) return true;
    }
    return false;
  });
  return { found, weight };
}
