import { describe, expect, it } from 'vitest';
import { isEmoji } from '../../src/message/index.ts';

function inCodes(text: string): string {
  return [...text].map((point) => point.codePointAt(0)?.toString(16)).join(' ');
}

describe('one emoji is', () => {
  it.each([
    ['a pictograph', '👍'],
    ['one with a skin tone', '👍🏿'],
    ['a sign that is text unless it says otherwise, and says so', '❤\ufe0f'],
    ['such a sign with a skin tone', '☝🏽'],
    ['a flag', '🇩🇪'],
    ['a flag that is newer than the server', '🇨🇶'],
    ['the flag of a part of a country', '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
    ['a keycap', '1\ufe0f\u20e3'],
    ['people joined', '👩🏽\u200d❤\ufe0f\u200d💋\u200d👩🏻'],
    ['a family', '👨\u200d👩\u200d👧\u200d👦'],
    ['a profession', '🧑🏽\u200d🚀'],
    ['what clients spell without some of its selectors', '🏳\u200d🌈'],
    ['a skin tone by itself', '🏻'],
    ['joined as nobody has yet', '🐧\u200d👑'],
    ['a code point that is kept for emojis to come', '\u{1faff}'],
  ])('%s', (_, text) => {
    expect([inCodes(text), isEmoji(text)]).toEqual([inCodes(text), true]);
  });
});

describe('not one emoji is', () => {
  it.each([
    ['nothing', ''],
    ['a letter', 'a'],
    ['a digit', '1'],
    ['a digit that asks to be an emoji', '1\ufe0f'],
    ['a word', 'like'],
    ['a smiley of signs', ':)'],
    ['two of them', '👍👍'],
    ['one with a space', '👍 '],
    ['one with a line break', '👍\n'],
    ['one with a letter', '👍a'],
    ['one with an accent', '👍\u0301'],
    ['a sign that is text', '❤'],
    ['a sign that never is one', '★\ufe0f'],
    ['a skin tone where none belongs', '😀🏽'],
    ['a joiner', '\u200d'],
    ['one that is joined with nothing', '👍\u200d'],
    ['a selector', '\ufe0f'],
    ['two selectors', '❤\ufe0f\ufe0f'],
    ['half a flag', '🇩'],
    ['two flags', '🇩🇪🇫🇷'],
    ['a flag without its end', '\u{1f3f4}\u{e0067}\u{e0062}'],
    ['one with a hidden message', '👍\u{e0068}\u{e0069}\u{e007f}'],
    ['half a character', '\ud83d'],
    ['a chain without an end', Array.from({ length: 9 }, () => '👍').join('\u200d')],
    ['a text of a million characters', 'x'.repeat(1_000_000)],
  ])('%s', (_, text) => {
    expect(isEmoji(text)).toBe(false);
  });
});
