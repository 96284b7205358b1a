// Blocked words: lists of words that users must not write, and what happens to a text that has one. Owns the table BlockedWordList.
//
// Promises:
// - Texts are compared as readers see them: without case, accents, compatibility forms and invisible characters.
// - An automaton reads a text once, however many words the lists have.
// - Masking replaces only the characters of the word, in the text as it was written.
// - A changed list is in force on this node when the change is acknowledged, and on all others within a second. If the bus lost the
//   message, it is in force there when the bus returns, or with the node's next check.
// - The commit that stores a flagged text also puts it in the moderation queue.
//
// Leaves to its callers which texts are checked: a module that stores a text asks `screen`.
export { type WordAction, wordActions } from './action.ts';
export { createWords } from './create-words.ts';
export { type Flag, flagEffects, putFlag } from './flag.ts';
export { type AllowedText, allowAll, requireAllowedText, type Screen, type ScreenResult } from './screen.ts';
export type * from './words.ts';
