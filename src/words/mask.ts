import { isBlank } from '../text.ts';

/** A part of a text, in UTF-16 units. The end is exclusive. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Replaces each visible character within the stretches with an asterisk. Spaces, and everything outside the stretches, stay as they are.
 */
export function mask(text: string, stretches: readonly Stretch[]): string {
  let [masked, from] = ['', 0];
  for (const { start, end } of union(stretches)) {
    masked += text.slice(from, start);
    for (const { segment } of characters.segment(text.slice(start, end))) masked += isBlank(segment) ? segment : '*';
    from = end;
  }
  return masked + text.slice(from);
}

/** Merges stretches that overlap or touch, and sorts them. */
function union(stretches: readonly Stretch[]): readonly Stretch[] {
  const joined: Stretch[] = [];
  for (const { start, end } of stretches.toSorted((one, other) => one.start - other.start)) {
    const last = joined.at(-1);
    if (last === undefined || start > last.end) joined.push({ start, end });
    else if (end > last.end) joined[joined.length - 1] = { start: last.start, end };
  }
  return joined;
}
