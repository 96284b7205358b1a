import { expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { SendMessageDocument } from '../support/generated/graphql.ts';
import { startNodeProcess } from '../support/node-process.ts';
import { realStores } from '../support/stores.ts';
import { peopleOf } from '../support/world.ts';

it('of twenty duplicates that race on two nodes, one message is stored', async () => {
  await using stores = await realStores();
  await using open = new AsyncDisposableStack();
  const { first, second } = await allOf(open, { first: startNodeProcess(stores.env), second: startNodeProcess(stores.env) });
  const [here, there] = [peopleOf(() => first.url), peopleOf(() => second.url)];
  const [ann, ben] = await here.people('ann', 'ben');
  const group = await here.group(ann, ben);
  const input = { conversationId: group, clientMessageId: 'only-once', text: 'once' };
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? here : there).ask(SendMessageDocument, { input }, ann)),
  );
  expect(new Set(answers.map(({ sendMessage }) => sendMessage.messageEdge?.node.id)).size).toBe(1);
  expect(answers.flatMap(({ sendMessage }) => sendMessage.errors)).toEqual([]);
  expect(await here.say(ann, group, 'next')).toMatchObject({ seq: 4 });
});
