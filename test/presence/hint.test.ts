import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { presenceTopic } from '../../src/presence/hint.ts';
import { createMemoryRoster } from '../../src/presence/roster.memory.ts';
import { Watch } from '../../src/presence/watch.ts';
import { Watching } from '../../src/presence/watching.ts';
import { createFlock } from '../cluster/flock.ts';
import { chatOver } from '../support/chat.ts';
import { sqliteDb } from '../support/db.ts';
import { person } from '../support/people.ts';
import { connection } from './roster.contract.ts';

it('who watches goes on to be told after a hint that cannot be read', async () => {
  await using open = new AsyncDisposableStack();
  const db = open.use(await sqliteDb());
  const bus = createMemoryBus();
  const chat = open.use(chatOver(db, {}, bus));
  const ann = await person(chat, 'ann');
  const { cluster } = await open.use(createFlock(async () => createMemoryRegistry())).hatch();
  const roster = createMemoryRoster();
  const watching = open.use(new Watching({ db, bus, roster, cluster, logger: pino({ level: 'silent' }), renew() {} }));
  const watch = new Watch({
    ...{ viewer: ann, userIds: [ann.userId], signal: new AbortController().signal },
    onStart: (started) => void watching.open(started).catch((error: unknown) => started.fail(error)),
    onEnd: (ended) => watching.close(ended),
  });
  await roster.put(connection(ann.userId, 1));
  await watch.next();
  for (const text of ['not a hint', 'null', '{"kind":"of another release"}', '{"kind":"access","others":["x"]}'])
    expect(await bus.publish(presenceTopic(ann.userId), text)).toBe(true);
  await chat.presence.choose(ann, { choice: 'ONLINE', statusText: 'here' });
  expect(await watch.next()).toMatchObject({ value: { statusText: 'here' } });
  await watch.return();
});
