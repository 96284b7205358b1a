import { describe, expect, test } from 'vitest';
import { standingBefore, summaryOf } from '../../src/presence/roster.ts';
import { connection } from './roster.contract.ts';

describe('the standing of a user', () => {
  test('counts a device once, and is idle only if all connections are', () => {
    const one = connection(1n, 1, { idle: true });
    const again = connection(1n, 2, { sessionId: one.sessionId, idle: true });
    expect(summaryOf([])).toEqual({ devices: 0, idle: false });
    expect(summaryOf([one, again])).toEqual({ devices: 1, idle: true });
    expect(summaryOf([one, again, connection(1n, 3)])).toEqual({ devices: 2, idle: false });
  });

  test('can be computed for the state before a change', () => {
    const [one, other] = [connection(1n, 1), connection(1n, 2)];
    const after = { userId: 1n, rev: 2, connections: [one, other] };
    expect(standingBefore({ before: null, after }, other.id)).toEqual({ devices: 1, idle: false });
    expect(standingBefore({ before: { ...other, idle: true }, after }, other.id)).toEqual({ devices: 2, idle: false });
    expect(standingBefore({ before: other, after: { ...after, connections: [one] } }, other.id)).toEqual({ devices: 2, idle: false });
  });
});
