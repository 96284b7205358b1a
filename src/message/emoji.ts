// What Unicode allows an emoji to be made of: UTS #51, section 1.4.9, "EBNF and Regex". A newer emoji than Node knows is still one by these rules.
const element = String.raw`(?:\p{RI}\p{RI}|\p{Emoji}(?:\p{Emoji_Modifier}|\u{FE0F}\u{20E3}?|[\u{E0020}-\u{E007E}]+\u{E007F})?)`;
const sequence = new RegExp(`^${element}(?:\\u{200D}${element})*$`, 'u');
// Digits, # and *, and signs such as ©, are emojis only where something says so: without it they are shown as text.
const shownAsEmoji = /\p{Emoji_Presentation}|\p{RI}|\p{Emoji_Modifier}|\u{FE0F}/u;

// The column's width in code points; the longest that Unicode recommends have ten.
const maxCodePoints = 64;

/** True for one emoji, of however many code points. */
export function isEmoji(text: string): boolean {
  return text.length <= 2 * maxCodePoints && [...text].length <= maxCodePoints && sequence.test(text) && shownAsEmoji.test(text);
}
