import { describe, expect, inject, it } from 'vitest';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { freshMysql } from '../db/fresh.ts';
import { cutOnce, startProxy } from '../db/proxy.ts';
import { chatOver } from '../support/chat.ts';
import { mysqlDb } from '../support/db.ts';
import { promisesOfWebhooks } from './webhook.contract.ts';

describe('webhooks on MariaDB', () => promisesOfWebhooks(mysqlDb));

it('a secret that is made while the connection to the database is lost at the commit is made once, and shown', async () => {
  await using place = await freshMysql(inject('mysqlUrl'));
  const { port } = new URL(place.place);
  await using proxy = await startProxy(Number(port));
  const url = place.place.replace(`:${port}/`, `:${proxy.port}/`);
  await using db = await connectMysql({ url, connections: 3, writeDeadlineMs: 8_000, serverKey: true });
  await using chat = chatOver(db);
  const app = { url: 'https://app.example.org/', description: '', events: [] };
  cutOnce(proxy, 'COMMIT', true);
  const { webhook, secret } = await chat.webhooks.create(app);
  cutOnce(proxy, 'COMMIT', true);
  const rotated = await chat.webhooks.rotateSecret(webhook.id);
  cutOnce(proxy, 'COMMIT', true);
  const asked = await chat.beforeSend.set({ url: app.url });
  expect(await db.client.webhook.findMany()).toMatchObject([{ secret: rotated.secret, oldSecret: secret }]);
  expect(await db.client.beforeSend.findMany()).toMatchObject([{ secret: asked.secret, oldSecret: null }]);
});
