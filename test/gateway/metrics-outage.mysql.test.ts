import { expect, test } from 'vitest';
import { startNodeProcess } from '../support/node-process.ts';
import { scrape } from '../support/scrape.ts';
import { startMariadb } from '../support/services.ts';
import { realStores } from '../support/stores.ts';

test('a node whose database hangs still serves metrics: not ready, its own counts, and none that it cannot know', async () => {
  await using mariadb = await startMariadb();
  await using stores = await realStores({ mysqlUrl: mariadb.url });
  await using node = await startNodeProcess(stores.env);
  const before = await scrape(node);
  expect(before.value('mpim_ready')).toBe(1);
  expect(before.value('mpim_effects_streams')).toBe(0);
  await mariadb.pause();
  const during = await scrape(node);
  mariadb.resume();
  expect(during.value('mpim_ready')).toBe(0);
  expect(during.value('mpim_sockets')).toBe(0);
  expect(during.value('mpim_effects_streams')).toBeUndefined();
  await expect.poll(async () => (await scrape(node)).value('mpim_effects_streams')).toBe(0);
  expect((await scrape(node)).value('mpim_ready')).toBe(1);
});
