import { Client, createRequest, fetchExchange } from '@urql/core';
import { expect, test } from 'vitest';
import { resumeExchange } from '../../client/urql.ts';
import { world } from '../support/world.ts';

const chat = world();

const me = 'query { viewer { user { id } } }';

test('a query gets its result, however large urql’s key of its variables is', async () => {
  const [ann] = await chat.people('ann');
  const urql = new Client({
    url: `${chat.url}/graphql`,
    exchanges: [resumeExchange(), fetchExchange],
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${ann.token}` } },
  });
  // The server ignores a variable that the document does not declare. urql includes it in the key.
  const asked = Array.from({ length: 30 }, (_, n) => ({ note: `${n} ${'word '.repeat(n)}` }));
  const keys = asked.map((variables) => createRequest(me, variables).key);
  // Otherwise this test checks nothing.
  expect(Math.max(...keys)).toBeGreaterThan(2 ** 32);
  expect(Math.min(...keys)).toBeLessThan(-(2 ** 32));
  const answers = await Promise.all(asked.map((variables) => urql.query(me, variables).toPromise()));
  expect(answers.map(({ data }) => data?.viewer?.user.id)).toEqual(asked.map(() => ann.id));
});
