import { randomBytes } from 'node:crypto';
import { type Connection, createConnection } from 'mariadb';

/** Makes an empty database on a MariaDB (`mysql://root@127.0.0.1:PORT/`) and returns its URL. */
export async function newDatabase(serverUrl: string): Promise<string> {
  const name = `bench_${randomBytes(4).toString('hex')}`;
  const sql = await openSql(serverUrl);
  await sql.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  await sql.end();
  return `${serverUrl}${name}`;
}

/** A connection as root, for preparing and checking. It accepts several statements at once. */
export async function openSql(url: string): Promise<Connection> {
  const { hostname: host, port, pathname } = new URL(url);
  const database = pathname.slice(1);
  return createConnection({
    ...{ host, port: Number(port), user: 'root', bulk: false, multipleStatements: true },
    ...(database !== '' && { database }),
  });
}
