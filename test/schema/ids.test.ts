import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { argumentId, encodeText, formatId, inputId, inputIds, type ParsedId, parseId } from '../../schema/ids.ts';
import { serverStreamId } from '../../src/log/index.ts';

const id = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n });
const seq = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const emoji = fc.constantFrom('👍', '❤\ufe0f', '🇩🇪', '1\ufe0f\u20e3', '👩🏽\u200d❤\ufe0f\u200d💋\u200d👩🏻');
const anyId: fc.Arbitrary<ParsedId> = fc.oneof(
  id.map((key) => ({ type: 'User' as const, key })),
  id.map((key) => ({ type: 'Conversation' as const, key })),
  fc.record({ conversationId: id, seq }).map((key) => ({ type: 'Message' as const, key })),
  fc.record({ conversationId: id, seq, emoji }).map((key) => ({ type: 'Reaction' as const, key })),
  fc.record({ conversationId: id, seq, choice: fc.nat({ max: 19 }) }).map((key) => ({ type: 'PollOption' as const, key })),
  fc.record({ conversationId: id, userId: id }).map((key) => ({ type: 'Membership' as const, key })),
  fc.record({ userId: id, otherId: id }).map((key) => ({ type: 'Contact' as const, key })),
  fc.record({ fromId: id, toId: id }).map((key) => ({ type: 'ContactRequest' as const, key })),
  fc.uuid().map((key) => ({ type: 'Session' as const, key })),
  fc.uuid().map((key) => ({ type: 'Notice' as const, key })),
  fc.constant({ type: 'Server' as const, key: serverStreamId }),
);

describe('global ids', () => {
  test('parse to the type and key that they were made of', () => {
    fc.assert(
      fc.property(anyId, (parsed) => {
        expect(parseId(formatId(parsed.type, parsed.key))).toEqual(parsed);
      }),
    );
  });

  test('have one spelling: any other text is not an id, or is the id of something else', () => {
    fc.assert(
      fc.property(anyId, fc.nat(), fc.constantFrom(...'AZaz09-_=+/ é'), (parsed, place, character) => {
        const text = formatId(parsed.type, parsed.key);
        const changed = text.slice(0, place % text.length) + character + text.slice((place % text.length) + 1);
        const reread = parseId(changed);
        if (reread !== null) expect(formatId(reread.type, reread.key)).toBe(changed);
      }),
    );
  });

  test.each([
    '',
    'User',
    'User:',
    'User:0',
    'User:01',
    'User:-1',
    'User:1.0',
    'User: 1',
    'User:1:2',
    'User:9223372036854775808',
    'user:1',
    'Message:1',
    'Message:12',
    'Message::1',
    'Message:01:1',
    'User:1\n',
    'Server:0',
    'Server:',
    'Message:1:0',
    'Message:1:2147483648',
    'Message:1:2:3',
    'Reaction:1:2',
    'Reaction:1:2:',
    'Reaction:1:👍',
    'Reaction:1:0:👍',
    'Reaction:1:2:👍👍',
    'Reaction:1:2:a',
    'Reaction:1:2:👍\n',
    'PollOption:1:2',
    'PollOption:1:2:0',
    'PollOption:1:2:01',
    'PollOption:1:2:21',
    'PollOption:1:2:1:1',
    'PollOption:1:0:1',
    'Membership:1',
    'Contact:1',
    'Contact:1:0',
    'Contact:1:9223372036854775808',
    'ContactRequest:1',
    'ContactRequest:01:2',
    'ContactRequest:1:2:3',
    'Session:1',
    'Session:0190B1E0-0000-7000-8000-000000000000',
    'Nothing:1',
    'constructor:1',
  ])('are not made of %j', (text) => {
    expect(parseId(encodeText(text))).toBeNull();
  });

  test('are not parsed with padding, spaces or another alphabet', () => {
    const text = formatId('Session', 'ffffffff-ffff-4fff-bfff-ffffffffffff');
    for (const other of [`${text}=`, ` ${text}`, `${text}\n`, text.toLowerCase(), 'User:1', '日本']) expect(parseId(other)).toBeNull();
  });
});

describe('an id of the wrong type or shape', () => {
  test.each([formatId('Conversation', 1n), 'x', ''])('%j is refused in an input as INVALID_INPUT with its field', (text) => {
    expect(() => inputId('User', text, 'userIds', '3')).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', field: ['userIds', '3'] }),
    );
  });

  test.each([formatId('Conversation', 1n), 'x', ''])('%j is refused in an argument as BAD_USER_INPUT with its name', (text) => {
    expect(() => argumentId('User', text, 'id')).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', field: ['id'] }));
  });

  test('is refused in a batch without affecting the others', () => {
    const { keys, places, errors } = inputIds('User', [formatId('User', 1n), 'x', formatId('User', 2n)], 'userIds');
    expect({ keys, places }).toEqual({ keys: [1n, 2n], places: ['0', '2'] });
    expect(errors).toEqual([expect.objectContaining({ code: 'INVALID_INPUT', field: ['userIds', '1'] })]);
  });
});
