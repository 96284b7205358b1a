import { isBlank } from '../text.ts';

/** A part of a text, in UTF-16 units; the end is exclusive. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A text with an asterisk for each character that can be seen within the stretches; spaces between words stay, all else is as it was written. */
export function mask(text: string, stretches: readonly Stretch[]): string {
  let [masked, from] = ['', 0];
  for (const { start, end } of union(stretches)) {
    masked += text.slice(from, start);
    for (const { segment } of characters.segment(text.slice(start, end))) masked += isBlank(segment) ? segment : '*';
    from = end;
  }
  return masked + text.slice(from);
}

/** The same places as stretches in order that neither overlap nor touch. */
function union(stretches: readonly Stretch[]): readonly Stretch[] {
  const joined: Stretch[] = [];
  for (const { start, end } of stretches.toSorted((one, other) => one.start - other.start)) {
    const last = joined.at(-1);
    if (last === undefined || start > last.end) joined.push({ start, end });
    else if (end > last.end) joined[joined.length - 1] = { start: last.start, end };
  }
  return joined;
}
