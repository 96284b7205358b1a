// Blocked words: lists of what people are not to say, and what becomes of it. Owns BlockedWordList. Promises: texts are compared as readers see them (without
// case, accents, compatibility forms and what is invisible), by an automaton that reads a text once however many words there are; where something is masked,
// just its characters are, of what was written. A list that was changed is in force on this node when that is acknowledged, and on all others within a second;
// where the bus lost the news, with its return or the next check. What is flagged is put in the moderation queue by the commit that stores it. Does not know
// what is said where: whoever stores a text asks `screen`.
export { type WordAction, wordActions } from './action.ts';
export { createWords } from './create-words.ts';
export { type Flag, flagEffects, putFlag } from './flag.ts';
export { type Admitted, admit, type Looked, openScreen, type Screen } from './screen.ts';
export type * from './words.ts';
