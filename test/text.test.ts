import { describe, expect, test } from 'vitest';
import { codePoints, hasControls, isBlank, isClientKey, isStorable } from '../src/text.ts';

describe('text', () => {
  test.each([
    '',
    ' ',
    '\t\r\n',
    '\u00a0\u3000\u2028',
    '\u200b\u200d\ufeff',
    '\u2060\u00ad',
    '\u3164\uffa0',
    '\u2800',
    '\u202e',
    '\ufe0f',
    '\u{e0020}',
    '\0',
  ])('is blank if nothing of it is visible: %j', (text) => {
    expect(isBlank(text)).toBe(true);
  });

  test.each([
    'a',
    '.',
    ' x ',
    '👍',
    '👩‍👩‍👧',
    '\u0301',
    'ﷺ',
    '\u200bx',
    '\ud800',
  ])('is not blank if something of it is visible: %j', (text) => {
    expect(isBlank(text)).toBe(false);
  });

  test.each([
    ['', 0],
    ['abc', 3],
    ['👍', 1],
    ['👩‍👩‍👧', 5],
    ['e\u0301', 2],
    ['\ud800x', 2],
  ])('is counted in code points: %j', (text, count) => {
    expect(codePoints(text)).toBe(count);
  });

  test('can be stored unless it has a lone surrogate or NUL', () => {
    for (const text of ['', 'a', '👍', '\u{10ffff}', '\ufffd']) expect(isStorable(text), text).toBe(true);
    for (const text of ['\ud83d', 'a\udc4d', '\udc4d\ud83d', 'a\0b']) expect(isStorable(text), text).toBe(false);
  });

  test('of one line has no control characters, and of several lines only tabs and line ends', () => {
    for (const text of ['', 'plain', '👩‍👩‍👧', '\u202e']) expect(hasControls(text, { lines: false }), text).toBe(false);
    for (const text of ['a\n', '\t', '\r', '\u0007', '\u007f', '\u0085', '\0', 'a\u2028b', 'a\u2029b'])
      expect(hasControls(text, { lines: false }), text).toBe(true);
    for (const text of ['a\n', '\tb\r\n', 'a\u2028b', 'a\u2029b']) expect(hasControls(text, { lines: true }), text).toBe(false);
    for (const text of ['\u0007', '\u001b[0m', '\u0085', '\0']) expect(hasControls(text, { lines: true }), text).toBe(true);
  });

  test('is a client’s key if it is 1 to 64 printable ASCII characters and does not end in a space', () => {
    for (const text of ['a', ' a', '!', '~', 'x'.repeat(64), '00000000-0000-7000-8000-000000000000'])
      expect(isClientKey(text), text).toBe(true);
    for (const text of ['', ' ', 'a ', 'x'.repeat(65), 'ä', 'a\n', 'a\tb', '\u007f', '👍']) expect(isClientKey(text), text).toBe(false);
  });
});
