import { expect, test } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import { createInstants } from './instants.ts';
import { createPairing } from './pairing.ts';

const message = (conversationId: bigint, seq: number) => formatId('Message', { conversationId, seq });
const conversation = (id: bigint) => formatId('Conversation', id);

function pairing() {
  return createPairing(createInstants());
}

test('generated values are equal as long as they stand for the same thing', () => {
  const { differences } = pairing();
  expect(differences({ id: conversation(7n) }, { id: conversation(9n) })).toEqual([]);
  expect(differences([{ id: message(7n, 3), cursor: 'one' }], [{ id: message(9n, 3), cursor: 'other' }])).toEqual([]);
  expect(differences({ cursor: 'one' }, { cursor: 'other' })).toEqual([]);
});

test('an operation is translated by known pairs: ids, and tokens with dots', () => {
  const { differences, translate } = pairing();
  differences({ id: conversation(7n), refreshToken: 'k1.abc-def.1' }, { id: conversation(9n), refreshToken: 'k1.uvw-xyz.1' });
  expect(translate(`{ conversation(id: "${conversation(7n)}") { id } } k1.abc-def.1`)).toBe(
    `{ conversation(id: "${conversation(9n)}") { id } } k1.uvw-xyz.1`,
  );
});

test.each<readonly [string, unknown, unknown]>([
  ['a conversation that stands for two', [conversation(7n), conversation(7n)], [conversation(9n), conversation(10n)]],
  ['two that one stands for', [conversation(7n), conversation(8n)], [conversation(9n), conversation(9n)]],
  ['a message of another conversation', [conversation(7n), message(7n, 1)], [conversation(9n), message(10n, 1)]],
  ['another message', message(7n, 1), message(7n, 2)],
  ['an id of another kind', conversation(7n), formatId('User', 7n)],
  ['a cursor that comes again', [{ cursor: 'a' }, { cursor: 'b' }], [{ cursor: 'c' }, { cursor: 'c' }]],
  ['another text', { text: 'hello ' }, { text: 'hello' }],
  ['null and nothing', { text: null }, {}],
  ['another number', { count: 1 }, { count: 2 }],
  ['another order', ['a', 'b'], ['b', 'a']],
  ['one more', ['a'], ['a', 'b']],
  ['a time before the first act', { at: '2026-01-01T00:00:00.000Z' }, { at: '2026-01-01T00:00:01.000Z' }],
])('a difference is reported: %s', (_, one, other) => {
  expect(pairing().differences({ one }, { one: other })).not.toEqual([]);
});

test('times are equal if they belong to the same act', async () => {
  const instants = createInstants();
  await instants.begin();
  const first = [new Date().toISOString(), new Date().toISOString()] as const;
  await instants.begin();
  expect(instants.same(...first)).toBe(true);
  expect(instants.same(first[0], new Date().toISOString())).toBe(false);
});
