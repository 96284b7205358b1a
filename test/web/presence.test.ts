import { expect, onTestFinished, test, vi } from 'vitest';
import type { Sink } from '../../client/index.ts';
import { createPresence } from '../../web/chat/presence.ts';

/** A watch on one user, over a server that the test plays. */
function watchOver() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const [sinks, shown, called]: [Sink[], unknown[], unknown[]] = [[], [], []];
  const connection = { isLive: true };
  const presence = createPresence({
    subscribe(_payload, sink) {
      sinks.push(sink);
      return () => undefined;
    },
    show: (known) => shown.push(Object.fromEntries(known)),
    called: (people) => called.push([...people.keys()]),
    isLive: () => connection.isLive,
  });
  presence.watch(['ben']);
  return { presence, sinks, shown, called, connection };
}

function online(id: string, displayName = id) {
  return { data: { presence: { id, status: 'ONLINE', user: { id, handle: id, displayName, isBot: false } } } };
}

test('presence that the server refuses for a while is watched again, although the connection lives', async () => {
  const { sinks, shown } = watchOver();
  sinks[0]?.error([{ message: 'Presence cannot be read right now.' }]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sinks).toHaveLength(2);
  sinks[1]?.next(online('ben'));
  expect(shown).toEqual([{}, { ben: 'ONLINE' }]);
});

test('presence is not watched again while the connection is lost, nor after the end', async () => {
  const { presence, sinks, connection } = watchOver();
  connection.isLive = false;
  sinks[0]?.complete();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sinks).toHaveLength(1);
  connection.isLive = true;
  presence.again();
  sinks[1]?.complete();
  presence.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sinks).toHaveLength(2);
});

test('the profiles of many users who come at once are applied together, and again only where a name has changed', async () => {
  const { sinks, called } = watchOver();
  for (const id of ['ann', 'ben', 'cy']) sinks[0]?.next(online(id));
  await vi.advanceTimersByTimeAsync(1_000);
  for (const one of [online('ann'), online('ben', 'Benjamin')]) sinks[0]?.next(one);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(called).toEqual([['ann', 'ben', 'cy'], ['ben']]);
});

test('if operators let fewer users be watched, the app watches as many as the server takes, the first ones', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const asked: unknown[] = [];
  const presence = createPresence({
    subscribe({ variables }, sink) {
      const { userIds } = variables as { userIds: readonly string[] };
      asked.push(userIds);
      if (userIds.length > 2) queueMicrotask(() => sink.error([{ message: 'At most 2', extensions: { code: 'BAD_USER_INPUT' } }]));
      return () => undefined;
    },
    ...{ show: () => undefined, called: () => undefined, isLive: () => true },
  });
  presence.watch(['e', 'd', 'c', 'b', 'a']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([
    ['a', 'b', 'c', 'd', 'e'],
    ['d', 'e'],
  ]);
});
