import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startMariadb } from './services.ts';

// Without waiting one in ten was found running.
const times = 60;

it('a database that is paused stands still, with all its threads', async () => {
  await using service = await startMariadb();
  const tasks = `/proc/${service.pid}/task`;
  for (let n = 0; n < times; n += 1) {
    await service.pause();
    const states = readdirSync(tasks).map((thread) => /^State:\t(\w)/m.exec(readFileSync(`${tasks}/${thread}/status`, 'utf8'))?.[1]);
    expect(new Set(states)).toEqual(new Set(['T']));
    service.resume();
  }
});
