import { expect, it } from 'vitest';
import { inWords } from '../support/listening.ts';
import { world } from '../support/world.ts';

const chat = world();

it('delivers what is said, live', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const group = await chat.group(ann, ben);
  const listening = chat.listen(ben);
  await listening.ready();
  await chat.say(ann, group, 'hello');
  expect(inWords(await listening.next())).toBe('MessageSent 3 hello');
});
