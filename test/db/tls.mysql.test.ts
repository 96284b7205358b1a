import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectMysql } from '../../src/db/db.mysql.ts';
import type { Db } from '../../src/db/index.ts';
import { onMysql, type Service, startMariadb } from '../support/services.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { freshMysql } from './fresh.ts';
import { refused } from './refused.ts';

const at = new Date('2026-01-02T03:04:05.678Z');

async function newStream(db: Db): Promise<bigint> {
  const { id } = await db.transaction((tx) => tx.stream.create({ data: { kind: 'GROUP', lastAt: at, activeAt: at, createdAt: at } }));
  return id;
}

async function cipherOf(db: Db): Promise<string | undefined> {
  const [row] = await db.client.$queryRaw<{ Value: string }[]>`SHOW STATUS LIKE 'Ssl_cipher'`;
  return row?.Value;
}

async function connectionOf(db: Db): Promise<bigint | undefined> {
  const [row] = await db.client.$queryRaw<{ id: bigint }[]>`SELECT CONNECTION_ID() AS id`;
  return row?.id;
}

const untrusted = onMysql ? /cannot be used: self-signed/ : /cannot be used .*self.signed/i;

describe('MySQL over TLS', () => {
  let certificates: Certificates;
  let server: Service;
  let place: string;
  beforeAll(async () => {
    certificates = await makeCertificates('IP:127.0.0.1');
    const { ca, cert, key } = certificates;
    server = await startMariadb({ args: [`--ssl-ca=${ca}`, `--ssl-cert=${cert}`, `--ssl-key=${key}`] });
    // Removed with the server.
    ({ place } = await freshMysql(server.url));
  });
  afterAll(async () => {
    await server.stop();
    await certificates[Symbol.asyncDispose]();
  });

  function open(parameters: string): Promise<Db> {
    // Long enough for a connection with its handshake on a busy machine.
    return connectMysql({ url: `${place}?${parameters}`, connections: 3, writeDeadlineMs: 1_500 });
  }

  test('connects, encrypted, if the certificate is for the host and signed by the given authority', async () => {
    await using db = await open(`sslaccept=strict&sslcert=${certificates.ca}`);
    const id = await newStream(db);
    expect(await db.client.stream.findUniqueOrThrow({ where: { id } })).toMatchObject({ lastAt: at });
    expect(await cipherOf(db)).toMatch(/^TLS_|SHA/);
  });

  test('connects, encrypted, to any server if certificates are not checked', async () => {
    await using db = await open('sslaccept=accept_invalid_certs');
    expect(await cipherOf(db)).toMatch(/^TLS_|SHA/);
  });

  test('is not used with a URL without its parameters', async () => {
    await using db = await open('');
    expect(await cipherOf(db)).toBe('');
  });

  test('throws UNAVAILABLE for a statement past its deadline, and continues with a new connection', async () => {
    await using db = await open(`sslaccept=strict&sslcert=${certificates.ca}`);
    const before = await connectionOf(db);
    expect(await connectionOf(db)).toBe(before);
    await expect(db.client.$queryRaw`SELECT SLEEP(30)`).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(db.transaction((tx) => tx.$queryRaw`SELECT SLEEP(30)`)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await newStream(db);
    expect(await connectionOf(db)).not.toBe(before);
    expect(await cipherOf(db)).toMatch(/^TLS_|SHA/);
  });

  test('continues once a killed server is back', async () => {
    await using db = await open(`sslaccept=strict&sslcert=${certificates.ca}`);
    const id = await newStream(db);
    await server.kill();
    await expect(db.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await server.restart();
    expect(await db.client.stream.findUniqueOrThrow({ where: { id } })).toMatchObject({ lastAt: at });
  });

  test('reports in one line a certificate for another name', async () => {
    const elsewhere = place.replace('127.0.0.1', 'localhost');
    // The driver's message for every certificate of a MariaDB that it does not trust.
    expect(await refused(`${elsewhere}?sslaccept=strict&sslcert=${certificates.ca}`)).toMatch(
      onMysql ? /localhost:\d+ cannot be used: .*altnames/ : /localhost:\d+ cannot be used .*self.signed/i,
    );
  });

  test('reports in one line a certificate that another authority signed', async () => {
    expect(await refused(`${place}?sslaccept=strict&sslcert=${certificates.stranger}`)).toMatch(untrusted);
    expect(await refused(`${place}?sslaccept=strict`)).toMatch(untrusted);
  });
});
