/** Stands for "never" in a row: the latest time that both databases can store. */
export const endOfTime = new Date('9999-12-31T23:59:59.999Z');
