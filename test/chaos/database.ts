import { randomBytes } from 'node:crypto';
import mariadb from 'mariadb';

/** Creates an empty database on a server and returns its name. */
export async function createDatabase(serverUrl: string): Promise<string> {
  const { hostname, port, username } = new URL(serverUrl);
  const name = `chaos_${randomBytes(4).toString('hex')}`;
  const connection = await mariadb.createConnection({ host: hostname, port: Number(port), user: username });
  await connection.query(`CREATE DATABASE ${name}`);
  await connection.end();
  return name;
}
