import { expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { ChatError } from '../../src/errors.ts';
import type { Viewer } from '../../src/user/index.ts';
import { startProxy } from '../db/proxy.ts';
import { chatOn } from '../support/chat.ts';
import { startMariadbPair } from '../support/mariadb-pair.ts';
import { groupOf, inWords, listen, person } from '../support/people.ts';
import { onMysql } from '../support/services.ts';
import { realStores } from '../support/stores.ts';

/** Sends numbered texts one after the other, each until it is acknowledged, as a client does. */
function sendSteadily(chat: Chat, sender: Viewer, conversationId: bigint, name: string) {
  const acknowledged: string[] = [];
  let going = true;
  async function send(text: string): Promise<void> {
    try {
      await chat.messages.send(sender, { conversationId, text, clientMessageId: text });
      acknowledged.push(text);
    } catch (error) {
      if (!(error instanceof ChatError) || error.code !== 'UNAVAILABLE') throw error;
      await send(text);
    }
  }
  async function sendAll(): Promise<void> {
    for (let n = 1; going; n += 1) await send(`${name} ${n}`);
  }
  const done = sendAll();
  done.catch(() => undefined);
  return {
    acknowledged,
    async end() {
      going = false;
      await done;
    },
  };
}

// MySQL has other statements for replication.
it.skipIf(onMysql)(
  'when the database fails over to its replica, nodes go on there, and acknowledged messages are delivered once and in order',
  async () => {
    await using database = await startMariadbPair();
    await using proxy = await startProxy(database.primary.port);
    await using stores = await realStores({ mysqlUrl: `mysql://root@127.0.0.1:${proxy.port}/` });
    await using here = await chatOn(stores);
    await using there = await chatOn(stores);
    const [ann, ben, eve] = [await person(here), await person(there), await person(there)];
    const group = await groupOf(here, ann, ben, eve);
    const events = listen(there, eve);
    await events.ready();

    const senders = [sendSteadily(here, ann, group, 'ann'), sendSteadily(there, ben, group, 'ben')];
    const fewest = (): number => Math.min(...senders.map(({ acknowledged }) => acknowledged.length));
    await expect.poll(fewest).toBeGreaterThan(20);
    await database.primary.kill();
    const before = fewest();
    await database.promote();
    proxy.target = database.replica.port;
    await expect.poll(fewest, { timeout: 30_000 }).toBeGreaterThan(before + 20);
    for (const sender of senders) await sender.end();

    const acknowledged = senders.flatMap((sender) => sender.acknowledged);
    const received: string[] = [];
    while (received.length < acknowledged.length) received.push(inWords(await events.next()));
    const texts = received.map((words) => words.replace(/^\d+ MessageSent /, ''));
    expect(texts.filter((text) => text.startsWith('ann'))).toEqual(senders[0]?.acknowledged);
    expect(texts.filter((text) => text.startsWith('ben'))).toEqual(senders[1]?.acknowledged);
    const first = Number.parseInt(received[0] ?? '', 10);
    expect(received.map((words) => Number.parseInt(words, 10))).toEqual(received.map((_, n) => first + n));
    events.stop();
  },
);
