/**
 * What a field is declared with (`extensions: shareable`) that resolves to the same for everyone who may see its parent: it never asks who
 * looks. Only where all that a subscription selects of an event is declared so is the event resolved once for all who listen; what says
 * nothing is resolved for each of them.
 */
export const shareable = { shareable: true } as const;
