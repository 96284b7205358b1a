// The width of the column, in code points.
const maxTerm = 64;
// More words than that narrow a search no further, and cost a look-up each for every user found.
const maxWords = 8;

/** Text as it is searched: without case, accents and compatibility forms. */
function normalised(text: string): string {
  const bare = text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  // By way of upper case, so that ß is ss and both sigmas are one.
  return bare.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKD').replaceAll(/\p{M}/gu, '');
}

function cut(word: string): string {
  return word.length <= maxTerm ? word : [...word].slice(0, maxTerm).join('');
}

/** What a user is found by: the handle, and each word of the display name, also where a hyphen, dot or underscore joins two. */
export function termsOf({ handle, displayName }: { readonly handle: string; readonly displayName: string }): readonly string[] {
  const name = normalised(displayName);
  const words = [...name.split(/[^\p{L}\p{N}]+/u), ...joinedWords(name)];
  return [...new Set([handle, ...words.map(cut)])].filter((term) => term !== '');
}

/**
 * The beginnings of words that a search asks for, the longest first, none of which begins another: a user is found if each of them begins a term. Empty:
 * nobody is meant.
 */
export function prefixesOf(search: string): readonly string[] {
  const words = [...new Set(joinedWords(normalised(search)).map(cut))].filter((word) => word !== '').slice(0, maxWords);
  const asked = words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)));
  return asked.toSorted((a, b) => b.length - a.length);
}

function joinedWords(normal: string): readonly string[] {
  return normal.split(/[^\p{L}\p{N}_.-]+/u);
}
