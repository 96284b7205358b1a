import { expect, test } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { presenceTopic } from '../../src/presence/hint.ts';
import { chatOver } from '../support/chat.ts';
import { sqliteDb } from '../support/db.ts';
import { person } from '../support/people.ts';

test('a repeated choice is published again, because the node that stored it first may have died before publishing', async () => {
  await using db = await sqliteDb();
  const bus = createMemoryBus();
  await using chat = chatOver(db, {}, bus);
  const ann = await person(chat, 'ann');
  const heard: string[] = [];
  await bus.subscribe(presenceTopic(ann.userId), (message) => void heard.push(message));
  await chat.presence.choose(ann, { choice: 'BUSY' });
  await expect.poll(() => heard).toEqual(['{"kind":"chosen"}']);
  await chat.presence.choose(ann, { choice: 'BUSY' });
  await expect.poll(() => heard).toEqual(['{"kind":"chosen"}', '{"kind":"chosen"}']);
});
