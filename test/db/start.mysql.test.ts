import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, inject, test } from 'vitest';
import { onMysql } from '../support/services.ts';
import { freshMysql } from './fresh.ts';
import { refused } from './refused.ts';

/** A server that listens in place of MySQL and sends a greeting. */
async function listenAs(greeting: string): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (greeting) socket.write(greeting);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('connecting to MySQL reports in one line', () => {
  const server = inject('mysqlUrl');
  const { port } = new URL(server);

  // MySQL accepts a password without TLS only with this parameter.
  const inTheOpen = onMysql ? '?allowPublicKeyRetrieval=true' : '';

  test('that nothing listens there', async () => {
    expect(await refused('mysql://root:s3cret@127.0.0.1:1/name')).toMatch(/127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/);
    expect(await refused('mysql://root:s3cret@no.such.host.invalid/name')).toMatch(/no\.such\.host\.invalid:3306 cannot be reached/);
  });

  test('that the database does not exist', async () => {
    expect(await refused(`${server}not_there`)).toMatch(/has no database "not_there"/);
  });

  test('that the user or the password is refused', async () => {
    expect(await refused(`mysql://root:s3cret@127.0.0.1:${port}/mysql${inTheOpen}`)).toMatch(/refuses the user "root" or the password/);
    expect(await refused(`mysql://ev%40e@127.0.0.1:${port}/mysql${inTheOpen}`)).toMatch(/refuses the user "ev@e" or the password/);
  });

  test('that the user may not use the database, or not change its tables', async () => {
    await using place = await freshMysql(server);
    const name = new URL(place.place).pathname.slice(1);
    const user = `${name}_u`;
    await place.rows(`CREATE USER ${user} IDENTIFIED BY 's3cret'`);
    const url = `mysql://${user}:s3cret@127.0.0.1:${port}/${name}${inTheOpen}`;
    expect(await refused(url)).toMatch(/does not let the user ".*" use the database/);
    await place.rows(`GRANT SELECT, INSERT ON ${name}.* TO ${user}`);
    expect(await refused(url)).toMatch(/does not let the user ".*" change the tables/);
    await place.rows(`DROP USER ${user}`);
  });

  test('that the server there is not MySQL', async () => {
    await using redis = await listenAs('');
    await using ssh = await listenAs('SSH-2.0-OpenSSH_9.6\r\n');
    // Each is given up after some seconds of waiting.
    const [ofSilence, ofAnother] = await Promise.all([redis, ssh].map(({ port: at }) => refused(`mysql://root@127.0.0.1:${at}/name`)));
    expect(ofSilence).toMatch(/nothing at 127\.0\.0\.1:\d+ answers as MySQL does/);
    expect(ofAnother).toMatch(/127\.0\.0\.1:\d+/);
  });

  test('what is wrong with the URL', async () => {
    expect(await refused('nonsense')).toMatch(/is not a URL/);
    expect(await refused(server)).toMatch(/names no database/);
    expect(await refused('mysql://mpim:100%@127.0.0.1/name')).toMatch(/write % as %25/);
    expect(await refused(`${server}name?compress=1`)).toMatch(/compress=1/);
    expect(await refused(`${server}name?sslaccept=maybe`)).toMatch(/sslaccept=maybe/);
    expect(await refused(`${server}name?sslcert=/no/such/file`)).toMatch(/sslcert/);
  });

  test('that TLS is required and not available', async () => {
    // A MySQL has a certificate of its own making.
    expect(await refused(`${server}mysql?sslaccept=strict`)).toMatch(onMysql ? /self-signed/ : /ssl/);
  });
});
