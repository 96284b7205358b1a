import { termsOfName } from '../term.ts';

/** Returns the search terms of a user: the handle, and the words of the display name. */
export function termsOf({ handle, displayName }: { readonly handle: string; readonly displayName: string }): readonly string[] {
  return [...new Set([handle, ...termsOfName(displayName)])];
}
