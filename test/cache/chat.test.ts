import { describe, expect, it } from 'vitest';
import { embeddedChat } from '../support/chat.ts';
import { person } from '../support/people.ts';
import { promisesOfWhatIsKept } from './chat.contract.ts';

describe('the caches on SQLite', () => promisesOfWhatIsKept(embeddedChat));

it('a chat counts its cache hits and misses', async () => {
  await using chat = await embeddedChat();
  const ann = await person(chat);
  await chat.users.byIds([ann.userId]);
  const { local, missed } = { ...chat.cacheCounts };
  expect(missed).toBeGreaterThan(0);
  await chat.users.byIds([ann.userId]);
  expect(chat.cacheCounts).toEqual({ local: local + 1, remote: 0, missed });
});
