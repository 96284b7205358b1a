import { describe, expect, test } from 'vitest';
import { formatCursor, parseCursor } from '../../schema/cursors.ts';
import { encodeText, formatId } from '../../schema/ids.ts';
import { forwardPage, type HistoryArgs, historyPage, streamPage } from '../../schema/page.ts';

const cursor = (seq: number) => formatCursor('seq', seq);
const aroundId = formatId('Message', { conversationId: 1n, seq: 9 });
const aroundDate = new Date('2026-02-03T04:05:06Z');
const noCentre = { around: null, aroundId: null, aroundDate: null };

function refusal(...argument: readonly string[]) {
  return expect.objectContaining({ code: 'BAD_USER_INPUT', field: argument });
}

describe('a forward page', () => {
  test('has 50 nodes from the start by default, also with explicit nulls', () => {
    expect(forwardPage('user', {})).toEqual({ first: 50, after: undefined });
    expect(forwardPage('user', { first: null, after: null })).toEqual({ first: 50, after: undefined });
  });

  test('continues after the key in a cursor', () => {
    expect(forwardPage('user', { first: 2, after: formatCursor('user', 'é:7') })).toEqual({ first: 2, after: 'é:7' });
  });

  test.each([0, -1, 101])('of %i is refused and not clamped', (first) => {
    expect(() => forwardPage('user', { first })).toThrow(refusal('first'));
  });

  test.each(['', 'x', '====', encodeText('user'), encodeText('user@'), formatCursor('member', '1:2')])('after %j is refused', (after) => {
    expect(() => forwardPage('user', { after })).toThrow(refusal('after'));
  });
});

describe('a cursor', () => {
  test.each([
    ['seq', '1.5'],
    ['seq', '2147483648'],
    ['seq', '-1'],
    ['conversation', '1'],
    ['conversation', '1:x'],
    ['conversation', '1:9223372036854775808'],
    ['conversation', '253402300800000:1'],
    ['member', '2147483648:1'],
    ['member', '1:2:3'],
  ] as const)('of the order %s cannot have the key %s', (order, key) => {
    expect(parseCursor(order, formatCursor(order, key))).toBeNull();
  });

  test.each([
    ['seq', '0'],
    ['conversation', '1770000000000:1'],
    ['member', '1:9223372036854775807'],
    ['user', 'ä:7'],
  ] as const)('of the order %s can have the key %s', (order, key) => {
    expect(parseCursor(order, formatCursor(order, key))).toBe(key);
  });
});

describe('a page of a stream', () => {
  test('starts after a seq or after a cursor', () => {
    expect(streamPage({ afterSeq: 3 })).toEqual({ first: 50, afterSeq: 3 });
    expect(streamPage({ afterSeq: 3, first: 1, after: cursor(8) })).toEqual({ first: 1, afterSeq: 8 });
  });

  test('is refused with a negative seq', () => {
    expect(() => streamPage({ afterSeq: -1 })).toThrow(refusal('afterSeq'));
  });
});

describe('a page of a history', () => {
  const wanted: readonly (readonly [string, HistoryArgs, object])[] = [
    ['the newest 50 by default', {}, { last: 50 }],
    ['the newest 50 where all is null', { first: null, after: null, last: null, before: null, ...noCentre }, { last: 50 }],
    ['the first ones', { first: 3 }, { first: 3 }],
    ['50 after a cursor', { after: cursor(7) }, { first: 50, after: 7 }],
    ['some after a cursor', { first: 3, after: cursor(7) }, { first: 3, after: 7 }],
    ['the last ones', { last: 3 }, { last: 3 }],
    ['50 before a cursor', { before: cursor(7) }, { last: 50, before: 7 }],
    ['some before a cursor', { last: 3, before: cursor(7) }, { last: 3, before: 7 }],
    ['the first ones before a cursor', { first: 3, before: cursor(7) }, { first: 3, before: 7 }],
    ['the last ones after a cursor', { last: 3, after: cursor(7) }, { last: 3, after: 7 }],
    ['what lies around a seq', { around: 9 }, { around: 9 }],
    ['what lies around a message', { aroundId }, { around: 9 }],
    ['some after the one around', { first: 3, around: 9 }, { first: 3, around: 9 }],
    ['some on each side of the one around', { first: 3, last: 4, around: 9 }, { first: 3, last: 4, around: 9 }],
    ['what lies around a moment', { last: 3, aroundDate }, { last: 3, around: aroundDate }],
    ['what follows a cursor, though around is still sent', { first: 3, after: cursor(7), around: 9 }, { first: 3, after: 7 }],
    ['what precedes a cursor, though around is still sent', { last: 3, before: cursor(7), aroundId }, { last: 3, before: 7 }],
    ['what precedes a cursor, though a moment is still sent', { before: cursor(7), aroundDate }, { last: 50, before: 7 }],
  ];
  test.each(wanted)('can be %s', (_what, args, request) => {
    expect(historyPage(1n, args)).toEqual(request);
  });

  const refused: readonly (readonly [string, HistoryArgs, readonly string[]])[] = [
    ['first of 0', { first: 0 }, ['first']],
    ['first of 101', { first: 101 }, ['first']],
    ['last of -1', { last: -1 }, ['last']],
    ['first with last', { first: 1, last: 1 }, ['first']],
    ['first with last and an ignored around', { first: 1, last: 1, after: cursor(1), around: 9 }, ['first']],
    ['after with before', { after: cursor(1), before: cursor(9) }, ['after']],
    ['a malformed after', { after: 'x' }, ['after']],
    ['a cursor past any seq', { after: formatCursor('seq', '99999999999') }, ['after']],
    ['a cursor that is not canonical', { before: formatCursor('seq', '01') }, ['before']],
    ['a cursor of another list', { before: formatCursor('member', '1:2') }, ['before']],
    ['a negative around', { around: -1 }, ['around']],
    ['around with aroundId', { around: 1, aroundId }, ['around']],
    ['around with aroundDate', { around: 1, aroundDate }, ['around']],
    ['aroundId with aroundDate', { aroundId, aroundDate, after: cursor(1) }, ['aroundId']],
    ['a malformed aroundId', { aroundId: 'x' }, ['aroundId']],
    ['an aroundId that names no message', { aroundId: formatId('User', 1n) }, ['aroundId']],
    ['a message of another conversation', { aroundId: formatId('Message', { conversationId: 2n, seq: 9 }) }, ['aroundId']],
  ];
  test.each(refused)('is refused with %s', (_what, args, argument) => {
    expect(() => historyPage(1n, args)).toThrow(refusal(...argument));
  });
});
