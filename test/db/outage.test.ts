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
  const { failed } = logOutages(logger, () => now);
  const tell = (error: unknown): void => failed('write', error);
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

test('the end of an outage is logged once: when what failed succeeds again, and nothing has failed for ten seconds', () => {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  let now = 0;
  const { failed, succeeded } = logOutages(logger, () => now);
  const told = (): readonly string[] => lines.splice(0);

  succeeded('write');
  expect(told()).toEqual([]);
  failed('write', unavailable('the server is read-only'));
  now = 5_000;
  failed('write', unavailable('it still is'));
  expect(told()).toEqual(['the database is unavailable']);
  now = 14_999;
  succeeded('write');
  now = 15_000;
  succeeded('read');
  expect(told()).toEqual([]);
  succeeded('write');
  succeeded('write');
  expect(told()).toEqual(['the database is back']);
  now = 15_001;
  failed('read', unavailable('it hangs'));
  failed('write', unavailable('it hangs'));
  now = 30_000;
  succeeded('read');
  expect(told()).toEqual(['the database is unavailable']);
  succeeded('write');
  expect(told()).toEqual(['the database is back']);
});
