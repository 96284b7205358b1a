// Excludes white space of any kind, control and format characters, and what fonts draw as nothing: fillers, joiners, U+2800.
const visible = /[^\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

// Matches emojis too, so that they can be kept: invisible characters distinguish a family from its members, and the flag of Wales from that
// of Scotland.
const undrawn = /(\p{RGI_Emoji})|\p{Default_Ignorable_Code_Point}/gv;
const spaces = /[\p{White_Space}\u2800]+/gu;

// Where a text may have several lines, line breaks and tabs are allowed. Unicode's line and paragraph separators break a line without being
// control characters.
const control = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const controlInLines = /[^\P{Cc}\t\n\r]/u;

// 0x20 to 0x7e, not ending in a space: both databases pad shorter keys with spaces when they compare, so 'a' and 'a ' would be equal.
const clientKey = /^[\x20-\x7e]{0,63}[\x21-\x7e]$/;

/** Returns true if a reader would see nothing. */
export function isBlank(text: string): boolean {
  return !visible.test(text);
}

/**
 * Returns the text as a reader sees it. Two texts are equal if they differ only in invisible characters, in kinds and numbers of spaces, or
 * in how an accent is encoded. Letters of other scripts that look like Latin ones differ. Invisible characters inside an emoji count as
 * visible.
 */
export function asSeen(text: string): string {
  return text.replace(undrawn, '$1').replace(spaces, ' ').trim().normalize('NFC');
}

/** Returns the length in Unicode code points. A lone surrogate counts as one. */
export function codePoints(text: string): number {
  let count = 0;
  // Counted by hand: an iterator would create a string for each character.
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) count += 1;
  return count;
}

/** Returns false if the text contains a lone surrogate, which UTF-8 cannot encode, or NUL, which clients and databases do not handle. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/**
 * Returns true if the text contains a control character or a line separator. `lines` allows tab, line feed, carriage return and the
 * separators.
 */
export function hasControls(text: string, { lines }: { readonly lines: boolean }): boolean {
  return (lines ? controlInLines : control).test(text);
}

/** Returns true for a valid key by which a client marks a retry: 1 to 64 printable ASCII characters that do not end in a space. */
export function isClientKey(text: string): boolean {
  return clientKey.test(text);
}

/** Parses an absolute http or https URL. Null if the text is not one. Its `href` is in ASCII, as browsers write it. */
export function webAddress(text: string): URL | null {
  const url = isStorable(text) && !hasControls(text, { lines: false }) ? URL.parse(text) : null;
  return url !== null && ['http:', 'https:'].includes(url.protocol) ? url : null;
}
