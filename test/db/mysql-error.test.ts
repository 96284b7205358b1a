import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { SqlError } from 'mariadb';
import { expect, it } from 'vitest';
import { unavailable } from '../../src/db/deadline.ts';
import { explainMysql, translateMysql } from '../../src/db/mysql-error.ts';
import { readMysqlUrl } from '../../src/db/mysql-url.ts';
import { Transient } from '../../src/db/transient.ts';

/** The error of a socket whose other end is reset. */
async function resetByPeer(): Promise<unknown> {
  const server = createServer((socket: Socket) => socket.resetAndDestroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const [error] = await once(connect(address.port, '127.0.0.1'), 'close').then(
    () => [],
    (fault: unknown) => [fault],
  );
  server.close();
  return error;
}

it('treats a socket error as a lost connection, though it is not an error of the driver', async () => {
  const fault = await resetByPeer();
  expect(fault).toMatchObject({ code: 'ECONNRESET' });
  expect(translateMysql(fault)).toBeInstanceOf(Transient);
  expect(translateMysql(fault)).toMatchObject({ kind: 'lost' });
});

it.each([
  ['that a group of servers has rolled back', 3101, 'contended'],
  ['of a server that has left its group', 3100, 'lost'],
  ['that the server has failed to complete', 1180, 'lost'],
])('treats the error of a COMMIT %s as transient', (_, errno, kind) => {
  const error = new SqlError('refused', 'COMMIT', false, undefined, 'HY000', errno);
  expect(translateMysql(error)).toBeInstanceOf(Transient);
  expect(translateMysql(error)).toMatchObject({ kind });
});

it('leaves a defect as it is', () => {
  const defect = new TypeError('undefined is not a function');
  expect(translateMysql(defect)).toBe(defect);
});

it('explains a server that stops answering while a node starts in words for operators, not for clients', () => {
  const address = readMysqlUrl('mysql://root@db.example/mpim');
  const { message } = explainMysql(unavailable(new Error('GET_LOCK took too long')), address);
  expect(message).toBe('MySQL at db.example:3306 did not answer in time: check that it is not overloaded or locked, and DATABASE_URL');
});
