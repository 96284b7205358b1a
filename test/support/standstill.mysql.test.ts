import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startMariadb } from './services.ts';

// Without the wait, one pause in ten left a thread running.
const times = 60;

it('when a database is paused, all its threads have stopped', async () => {
  await using service = await startMariadb();
  const tasks = `/proc/${service.pid}/task`;
  for (let n = 0; n < times; n += 1) {
    await service.pause();
    const states = readdirSync(tasks).map((thread) => /^State:\t(\w)/m.exec(readFileSync(`${tasks}/${thread}/status`, 'utf8'))?.[1]);
    expect(new Set(states)).toEqual(new Set(['T']));
    service.resume();
  }
});
