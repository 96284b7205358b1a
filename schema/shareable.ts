/**
 * Declares (`extensions: shareable`) that a field resolves to the same for everybody who may see its parent: it never asks for the viewer.
 * An event is resolved once for all listeners only if every selected field is declared so. Otherwise it is resolved for each of them.
 */
export const shareable = { shareable: true } as const;
