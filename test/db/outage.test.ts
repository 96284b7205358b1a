import { pino } from 'pino';
import { expect, test } from 'vitest';
import { logOutages } from '../../src/db/outage.ts';
import { ChatError } from '../../src/errors.ts';

function unavailable(reason: string): ChatError {
  return new ChatError('UNAVAILABLE', 'The database does not answer.', { cause: new Error(reason) });
}

test('the reason of an outage is logged at once, then every ten seconds with its count, and nothing else is', () => {
  const warnings: { readonly times: number; readonly err: { readonly message: string } }[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(JSON.parse(line)) });
  let now = 0;
  const tell = logOutages(logger, () => now);
  const told = (): readonly string[] => warnings.splice(0).map(({ err, times }) => `${err.message} (${times})`);

  tell(unavailable('the table is full'));
  expect(told()).toEqual(['the table is full (1)']);
  now = 9_999;
  tell(unavailable('it still is'));
  tell(unavailable('it still is'));
  expect(told()).toEqual([]);
  now = 10_000;
  tell(unavailable('and is'));
  expect(told()).toEqual(['and is (3)']);
  now = 60_000;
  tell(new ChatError('UNAVAILABLE', 'Too much waits to be stored here.'));
  tell(new ChatError('NOT_FOUND', 'There is no such conversation.', { cause: new Error('none') }));
  tell(new Error('a bug'));
  expect(told()).toEqual([]);
});
