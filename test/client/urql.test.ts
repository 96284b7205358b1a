import { Client, createRequest, fetchExchange } from '@urql/core';
import { expect, test } from 'vitest';
import { resumeExchange } from '../../client/urql.ts';
import { world } from '../support/world.ts';

const chat = world();

const me = 'query { viewer { user { id } } }';

test('what is asked is answered, however large the number that urql makes of its variables', async () => {
  const [ann] = await chat.people('ann');
  const urql = new Client({
    url: `${chat.url}/graphql`,
    exchanges: [resumeExchange(), fetchExchange],
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${ann.token}` } },
  });
  // The server steps over a variable that a document does not have; urql makes its number of it all the same.
  const asked = Array.from({ length: 30 }, (_, n) => ({ note: `${n} ${'word '.repeat(n)}` }));
  const keys = asked.map((variables) => createRequest(me, variables).key);
  // Else nothing is asked here.
  expect(Math.max(...keys)).toBeGreaterThan(2 ** 32);
  expect(Math.min(...keys)).toBeLessThan(-(2 ** 32));
  const answers = await Promise.all(asked.map((variables) => urql.query(me, variables).toPromise()));
  expect(answers.map(({ data }) => data?.viewer?.user.id)).toEqual(asked.map(() => ann.id));
});
