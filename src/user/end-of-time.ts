/** What stands in a row for "never": the latest that both databases hold. */
export const endOfTime = new Date('9999-12-31T23:59:59.999Z');
