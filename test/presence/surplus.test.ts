import { expect, test } from 'vitest';
import type { Connection } from '../../src/presence/index.ts';
import { byAge, surplusOf } from '../../src/presence/surplus.ts';

/** Creates connections, each named by its kind of device and session, the oldest first. */
function connections(...names: readonly string[]): readonly Connection[] {
  return names.map((name, place) => ({
    ...{ id: name, userId: 1n, sessionId: name.slice(3), deviceKind: name.startsWith('WEB') ? 'WEB' : 'DESKTOP' },
    ...{ since: new Date(place), idle: false, leaving: false },
  }));
}

function surplus(devicePolicy: 'several' | 'newest', maxConnections: number, ...names: readonly string[]) {
  const { replaced, tooMany } = surplusOf(connections(...names), { devicePolicy, maxConnections });
  return [replaced.map(({ id }) => id), tooMany.map(({ id }) => id)];
}

test('of more connections than allowed, the oldest are surplus', () => {
  expect(surplus('several', 3, 'WEB1', 'WEB2', 'DES3')).toEqual([[], []]);
  expect(surplus('several', 1, 'WEB1', 'WEB2', 'DES3')).toEqual([[], ['WEB1', 'WEB2']]);
});

test('if only the newest device of a kind counts, it replaces older ones of other sessions', () => {
  expect(surplus('newest', 9, 'WEB1', 'DES2', 'WEB3', 'WEB3')).toEqual([['WEB1'], []]);
  expect(surplus('newest', 1, 'WEB1', 'DES2', 'WEB3')).toEqual([['WEB1'], ['DES2']]);
  expect(surplus('several', 9, 'WEB1', 'WEB3')).toEqual([[], []]);
});

test('connections that began in the same millisecond have one order for all nodes', () => {
  const [one, other] = connections('WEB2', 'WEB1').map((connection) => ({ ...connection, since: new Date(0) }));
  if (one === undefined || other === undefined) throw new Error('there are two');
  expect([one, other].toSorted(byAge)).toEqual([other, one].toSorted(byAge));
});
