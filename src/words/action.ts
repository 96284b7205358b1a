/** What happens to a text that contains a word of a list (admin schema: `enum BlockedWordAction`). */
export const wordActions = ['REFUSE', 'MASK', 'FLAG'] as const;
export type WordAction = (typeof wordActions)[number];
