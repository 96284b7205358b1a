import { Client, CombinedError, createRequest, fetchExchange, makeErrorResult, type Operation, type OperationResult } from '@urql/core';
import { expect, test } from 'vitest';
import { makeSubject, subscribe } from 'wonka';
import type { Status } from '../../client/index.ts';
import { resumeExchange } from '../../client/urql.ts';
import { world } from '../support/world.ts';

const chat = world();

const watch = `subscription ($after: [PositionInput!]) {
  events(after: $after) {
    __typename
    ... on LogEvent { streamId seq }
    ... on ConversationOpened { position { streamId seq epoch } }
    ... on ConversationClosed { conversationId }
    ... on StreamReady { positions { streamId seq epoch } }
    ... on ResyncRequired { streamId lastSeq resyncReason }
  }
}`;

test('a subscription that begins again when its end is reported is followed, and can be left', async () => {
  const [asked, answers] = [makeSubject<Operation>(), makeSubject<OperationResult>()];
  const [passed, results]: [Operation[], OperationResult[]] = [[], []];
  const client = new Client({ url: chat.url, exchanges: [] });
  const operation = client.createRequestOperation('subscription', createRequest(watch, {}));
  const leaving = client.createRequestOperation('teardown', operation);
  let ends = 0;
  function onStatus({ state }: Status): void {
    if (state !== 'ended') return;
    ends += 1;
    if (ends > 1) return;
    asked.next(leaving);
    asked.next(operation);
  }
  const exchange = resumeExchange({ onStatus })({
    client,
    dispatchDebug: () => undefined,
    forward(operations) {
      subscribe<Operation>((one) => passed.push(one))(operations);
      return answers.source;
    },
  });
  subscribe<OperationResult>((result) => results.push(result))(exchange(asked.source));
  const attempts = () => passed.filter(({ kind }) => kind === 'subscription');
  asked.next(operation);
  await expect.poll(() => attempts().length).toBe(1);
  for (const attempt of attempts()) answers.next(makeErrorResult(attempt, new CombinedError({ graphQLErrors: [refusal] })));
  await expect.poll(() => attempts().length).toBe(2);
  asked.next(leaving);
  await expect.poll(() => ends).toBe(2);
  expect(results).toEqual([]);
});

const refusal = { message: 'No', extensions: { code: 'FORBIDDEN' } };

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
