import { expect, it } from 'vitest';
import { startProxy } from '../db/proxy.ts';
import { startNodeProcess } from '../support/node-process.ts';
import { realStores } from '../support/stores.ts';
import { peopleOf } from '../support/world.ts';
import { earOnSocket } from './ear.ts';

it('what is said in a group is shown on another node without asking the database', async () => {
  await using stores = await realStores();
  const place = new URL(stores.env['DATABASE_URL'] ?? '');
  await using proxy = await startProxy(Number(place.port));
  place.port = String(proxy.port);
  // Checks heads of its own accord no sooner than the test is over.
  await using here = await startNodeProcess(stores.env);
  await using there = await startNodeProcess({ ...stores.env, DATABASE_URL: place.href, HEAD_CHECK_MS: '600000' });
  const { people, group, say } = peopleOf(() => here.url);
  const [ann, ben] = await people('ann', 'ben');
  const room = await group(ann, ben);
  const ear = await earOnSocket({ url: there.url, token: ben.token });
  const asked: string[] = [];
  proxy.cutAfter = (bytes) => {
    asked.push(bytes.toString('latin1'));
    return false;
  };
  for (let n = 0; n < 5; n += 1) {
    const { seq } = await say(ann, room, `message ${n}`);
    const heard = await ear.hear((event) => event.__typename === 'MessageSent' && event.seq === seq);
    expect(heard.at(-1)).toMatchObject({ messageEdge: { node: { text: `message ${n}`, sender: { id: ann.id } } } });
  }
  expect(asked).toEqual([]);
  ear.stop();
});
