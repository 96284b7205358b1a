// What is shown as one picture, by the rules of UTS #51 (emoji sequences). RGI_Emoji is the set that Unicode recommends, as of this version
// of Node. Clients may know more, so other well-formed sequences are accepted too, if fonts draw them as one picture or can draw nothing
// else:
// - a pictograph with a skin tone, if it takes one, or in its emoji form, with U+FE0F if its default form is text (❤, ©)
// - pictographs joined by U+200D
// - a pair of regional indicators (the set of flags changes), and the black flag with the code of a subdivision
// Unassigned code points reserved for pictographs count as emojis of later Unicode versions. Digits, # and * are emojis only in a keycap.
const known = /^\p{RGI_Emoji}$/v;
const pictograph = String.raw`[[\p{Emoji}--[0-9#*\p{RI}\p{Emoji_Modifier}]][\p{Extended_Pictographic}&&\p{Cn}]]`;
const element = String.raw`(?:\p{Emoji_Modifier_Base}\p{Emoji_Modifier}|${pictograph}\u{FE0F}?)`;
// The longest recommended sequences are families of four. Six leave room for later ones, with a bound on the length.
const joined = new RegExp(String.raw`^${element}(?:\u{200D}${element}){0,5}$`, 'v');
const flag = /^(?:\p{RI}{2}|\u{1F3F4}[\u{E0061}-\u{E007A}]{2}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{1,4}\u{E007F})$/v;
const shownAsEmoji = /[\p{Emoji_Presentation}\p{Emoji_Modifier}\u{FE0F}[\p{Extended_Pictographic}&&\p{Cn}]]/v;

// Far above the longest sequence that the rules above accept: a longer text need not be matched.
const maxLength = 64;

/** Whether a text is exactly one emoji, of any number of code points. Compared exactly: a different code point is a different emoji. */
export function isEmoji(text: string): boolean {
  if (text.length > maxLength) return false;
  return known.test(text) || flag.test(text) || (joined.test(text) && shownAsEmoji.test(text));
}

/**
 * Returns the emoji that a text stands for; null if none. Adds U+FE0F if it is missing: some keyboards omit it after signs that are text by
 * default (❤, ✈).
 */
export function emojiIn(text: string): string | null {
  return [text, `${text}\u{FE0F}`].find(isEmoji) ?? null;
}
