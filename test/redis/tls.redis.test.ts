import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRedis } from '../../src/redis/connection.ts';
import { type Certificates, makeCertificates } from '../db/certificates.ts';
import { startNodeProcess } from '../support/node-process.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { freePort, type Service, startRedis } from '../support/services.ts';
import { realStores } from '../support/stores.ts';

const logger = pino({ level: 'silent' });

describe('a Redis with TLS', () => {
  let certificates: Certificates;
  let server: Service;
  let url: string;

  function speakingTls(port: number): readonly string[] {
    const tls = {
      'tls-port': String(port),
      'tls-cert-file': certificates.cert,
      'tls-key-file': certificates.key,
      'tls-auth-clients': 'no',
    };
    return Object.entries(tls).flatMap(([name, value]) => [`--${name}`, value]);
  }

  beforeAll(async () => {
    certificates = await makeCertificates('IP:127.0.0.1');
    const port = await freePort();
    server = await startRedis({ args: speakingTls(port) });
    url = `rediss://127.0.0.1:${port}`;
  });
  afterAll(async () => {
    await server.stop();
    await certificates[Symbol.asyncDispose]();
  });

  it('is refused in one line if its certificate is not signed by a known authority', async () => {
    const connecting = connectRedis({ url, role: 'test', timeoutMs: 1_000, logger });
    await expect(connecting).rejects.toThrow(/^REDIS_URL: no Redis can be used at 127.* \(.*certificate.*\)$/);
  });

  it('serves a node that knows the authority', async () => {
    await using stores = await realStores({ redisUrl: url });
    await using node = await startNodeProcess({ ...stores.env, NODE_EXTRA_CA_CERTS: certificates.ca });
    expect((await fetch(`${node.url}/health/ready`)).status).toBe(200);
  });

  it('serves a node as a cluster whose servers announce their TLS ports', async () => {
    const ports = [await freePort(), await freePort(), await freePort()];
    await using cluster = await startRedisCluster((at) => [
      ...speakingTls(ports[at] ?? 0),
      '--tls-cluster',
      'yes',
      '--tls-ca-cert-file',
      certificates.ca,
    ]);
    const redisUrl = `rediss+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`;
    await using stores = await realStores({ redisUrl });
    await using node = await startNodeProcess({ ...stores.env, NODE_EXTRA_CA_CERTS: certificates.ca });
    expect((await fetch(`${node.url}/health/ready`)).status).toBe(200);
    const clients = await Promise.all(cluster.masters.map((master) => cluster.admin(master).client('LIST')));
    for (const list of clients) expect(list).toMatch(/name=mpim-/);
  });
});
