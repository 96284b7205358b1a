/** What becomes of a text in which a word of a list is found (admin schema: `enum BlockedWordAction`). */
export const wordActions = ['REFUSE', 'MASK', 'FLAG'] as const;
export type WordAction = (typeof wordActions)[number];
