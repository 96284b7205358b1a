import { emojiIn } from '../message/index.ts';

/** The result of looking for emojis in a text. */
export interface EmojisCompared {
  readonly found: boolean;
  /** The cost of the comparison, in the unit of Folded.weight. */
  readonly weight: number;
}

// Safe to share: a segmenter keeps no state. Grapheme boundaries do not depend on a language.
const pictures = new Intl.Segmenter('en', { granularity: 'grapheme' });
// The variation selector that shows a sign as an emoji. Some keyboards omit it, and within a longer emoji it is invisible.
const asPicture = /\u{FE0F}/gu;
// A code point that continues a grapheme: the emoji before it is then only a part of another one. This is checked before the segmenter is
// asked, which takes up to 1.4 µs for each emoji in a run of thousands that are joined.
const goesOn = /[\p{Grapheme_Extend}\p{Emoji_Modifier}\u{200D}]/uy;
// Measured: checking whether an emoji begins and ends on grapheme boundaries takes 0.1 µs.
const weightOfLook = 16;

/** The emojis of a search, and the rest of its text. */
export interface Sought {
  /** The emojis, each once, without variation selectors. */
  readonly emojis: readonly string[];
  /** The texts between the emojis. An emoji is not searched as text, even where it consists of a letter or digit. */
  readonly between: readonly string[];
}

/** Separates the emojis of a text from the rest. */
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

/** Looks for all of the emojis in a text. Each must be a grapheme of its own: 👍 is not found in 👍🏽, nor 👩 in a family. */
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
