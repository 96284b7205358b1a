import { expect, test } from 'vitest';
import { renamed } from '../../web/chat/renamed.ts';
import type { State } from '../../web/chat/state.ts';

function person(id: string, displayName: string) {
  return { __typename: 'User' as const, id, handle: id, displayName, isBot: false };
}

const state: State = {
  me: person('ann', 'Ann'),
  conversations: new Map(),
  further: null,
  rooms: new Map([
    ['one', { entries: [], earlier: null, members: [person('ben', 'Ben')] }],
    ['two', { entries: [], earlier: null, members: [person('cy', 'Cy')] }],
  ]),
  thread: null,
  noThread: false,
  typing: new Map([['one', [person('ben', 'Ben')]]]),
  presence: new Map(),
  waiting: [],
  refused: [],
  status: { state: 'live' },
};

test('a new name is shown everywhere, and all that it does not concern stays as it was', () => {
  const next = renamed(state, new Map([['ben', person('ben', 'Benjamin')]]));
  expect(next.rooms.get('one')?.members).toEqual([person('ben', 'Benjamin')]);
  expect(next.typing.get('one')).toEqual([person('ben', 'Benjamin')]);
  expect(next.rooms.get('two')).toBe(state.rooms.get('two'));
});

test('names that are shown already change nothing', () => {
  expect(renamed(state, new Map([person('ben', 'Ben'), person('cy', 'Cy')].map((one) => [one.id, one])))).toBe(state);
});
