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
// What makes another picture of any that it follows: of thousands that are joined each would take up to 1.4 µs to look at.
const goesOn = /[\p{Grapheme_Extend}\p{Emoji_Modifier}\u{200D}]/uy;
// Measured: to tell whether an emoji begins and ends where its code points do takes 0.1 µs.
const weightOfLook = 16;

/** What somebody searches by. */
export interface Sought {
  /** Its emojis, each once, as they are compared. */
  readonly emojis: readonly string[];
  /** The text between them: some are letters or digits by themselves, and those are not meant. */
  readonly between: readonly string[];
}

/** Tells the emojis in a text from the rest. */
export function partEmojis(search: string): Sought {
  const emojis = new Set<string>();
  const between = [''];
  for (const { segment } of pictures.segment(search)) {
    if (emojiIn(segment) === null) between.push(between.pop() + segment);
    else {
      emojis.add(segment.replace(asPicture, ''));
      between.push('');
    }
  }
  return { emojis: [...emojis], between };
}

/** Looks for all of some emojis, each of which must be one picture of the text by itself: 👍 is in no 👍🏽, and 👩 in no family. */
export function compareEmojis(emojis: readonly string[], given: string): EmojisCompared {
  const text = given.replace(asPicture, '');
  const segments = pictures.segment(text);
  let weight = emojis.length * text.length;

  function standsAt(emoji: string, at: number): boolean {
    weight += weightOfLook;
    goesOn.lastIndex = at + emoji.length;
    if (goesOn.test(text)) return false;
    const picture = segments.containing(at);
    return picture?.index === at && picture.segment === emoji;
  }

  const found = emojis.every((emoji) => {
    for (let at = text.indexOf(emoji); at >= 0; at = text.indexOf(emoji, at + emoji.length)) if (standsAt(emoji, at)) return true;
    return false;
  });
  return { found, weight };
}
