// What stands for one picture, by the rules of UTS #51 (emoji sequences). RGI_Emoji is all that Unicode recommends, as far as Node knows it. Clients
// may know more, so what is well formed is taken too, where fonts draw it as one picture or would draw nothing else:
// - a pictograph with a skin tone, where it takes one; or in its emoji form, told by U+FE0F where its usual form is text (❤, ©);
// - pictographs joined by U+200D;
// - a pair of regional indicators (flags are added and go), and the black flag with a subdivision's code.
// Unassigned code points that are kept for pictographs are the emojis of later releases. Digits, # and * are emojis in a keycap only.
const known = /^\p{RGI_Emoji}$/v;
const pictograph = String.raw`[[\p{Emoji}--[0-9#*\p{RI}\p{Emoji_Modifier}]][\p{Extended_Pictographic}&&\p{Cn}]]`;
const element = String.raw`(?:\p{Emoji_Modifier_Base}\p{Emoji_Modifier}|${pictograph}\u{FE0F}?)`;
// Families are the longest that are recommended, of four; more is room for later ones, and no chain without an end.
const joined = new RegExp(String.raw`^${element}(?:\u{200D}${element}){0,5}$`, 'v');
const flag = /^(?:\p{RI}{2}|\u{1F3F4}[\u{E0061}-\u{E007A}]{2}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{1,4}\u{E007F})$/v;
const shownAsEmoji = /[\p{Emoji_Presentation}\p{Emoji_Modifier}\u{FE0F}[\p{Extended_Pictographic}&&\p{Cn}]]/v;

// Far above the longest that the rules above let through: what is longer need not be looked at.
const maxLength = 64;

/** True for one emoji, of however many code points, to the letter: with a different letter it is a different one. */
export function isEmoji(text: string): boolean {
  if (text.length > maxLength) return false;
  return known.test(text) || flag.test(text) || (joined.test(text) && shownAsEmoji.test(text));
}

/** The emoji that somebody means who writes this; null: none. Some keyboards leave U+FE0F away, by which a sign that is text by itself (❤, ✈) is an emoji. */
export function emojiIn(text: string): string | null {
  return [text, `${text}\u{FE0F}`].find(isEmoji) ?? null;
}
