// Space of any kind, control and format characters, and what fonts draw as nothing: fillers, joiners, U+2800.
const visible = /[^\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

// In an emoji these are what tells a family from its members, and the flag of Wales from that of Scotland.
const undrawn = /(\p{RGI_Emoji})|\p{Default_Ignorable_Code_Point}/gv;
const spaces = /[\p{White_Space}\u2800]+/gu;

// Line breaks and tabs are people's text where a text may have several lines. Unicode's own separators of lines and paragraphs break a line
// without being control characters.
const control = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const controlInLines = /[^\P{Cc}\t\n\r]/u;

// 0x20 to 0x7e, not ending in a space: both databases pad shorter keys with spaces when they compare, so 'a' and 'a ' would be one.
const clientKey = /^[\x20-\x7e]{0,63}[\x21-\x7e]$/;

/** True where a reader would see nothing. */
export function isBlank(text: string): boolean {
  return !visible.test(text);
}

/**
 * The text as a reader sees it: two that differ in nothing but what is not drawn, in kinds and numbers of spaces or in how an accent is written are one.
 * Letters of other scripts that look like Latin ones stay what they are. In an emoji what joins it, or says which flag it is, is seen.
 */
export function asSeen(text: string): string {
  return text.replace(undrawn, '$1').replace(spaces, ' ').trim().normalize('NFC');
}

/** Length in Unicode code points; a lone surrogate counts as one. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _point of text) count += 1;
  return count;
}

/** False where the text holds a lone surrogate or NUL: UTF-8 has no form for the one, and clients and databases trip over the other. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** True where the text holds a control character or a separator of lines; `lines` allows the separators, tab, line feed and carriage return. */
export function hasControls(text: string, { lines }: { readonly lines: boolean }): boolean {
  return (lines ? controlInLines : control).test(text);
}

/** True for a key that a client made up to tell a retry: 1 to 64 printable ASCII characters that do not end in a space. */
export function isClientKey(text: string): boolean {
  return clientKey.test(text);
}

/** An absolute address of the web; null where it is none. Its `href` is as browsers write it, in ASCII. */
export function webAddress(text: string): URL | null {
  const url = isStorable(text) && !hasControls(text, { lines: false }) ? URL.parse(text) : null;
  return url !== null && ['http:', 'https:'].includes(url.protocol) ? url : null;
}
