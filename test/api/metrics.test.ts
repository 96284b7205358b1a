import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { createNode } from '../../gateway/node.ts';
import { readConfig } from '../../src/config/index.ts';
import { leaveDeadJob } from '../support/dead-job.ts';
import { MeDocument, SearchMessagesDocument } from '../support/generated/graphql.ts';
import { rawSql } from '../support/raw-sql.ts';
import { metricsUrl, type Scraped, scrape } from '../support/scrape.ts';
import { freshStores } from '../support/stores.ts';
import { world } from '../support/world.ts';

const place = world();

/** The growth of each series while `work` runs. */
async function grown(work: () => Promise<unknown>): Promise<(series: string) => number> {
  const before = await scrape(place.node);
  await work();
  const after = await scrape(place.node);
  return (series) => (after.value(series) ?? 0) - (before.value(series) ?? 0);
}

describe('metrics', () => {
  it('name their node, say that it is ready, and describe its process', async () => {
    const { names, value } = await scrape(place.node);
    expect([...names].filter((name) => name.startsWith('nodejs_eventloop_lag'))).not.toEqual([]);
    expect(value('mpim_ready')).toBe(1);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(0);
    expect(names).toContain('mpim_node_info');
    // The series exists from the start: a series that appears with its first failure would not be seen to grow.
    expect(value('mpim_operation_seconds_count{operation="mutation",outcome="INTERNAL"}')).toBe(0);
  });

  it('count operations by kind and outcome', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const group = await place.group(ann, ben);
    const by = await grown(async () => {
      await place.sayAll(ann, group, ['one', 'two', 'three']);
      await place.post(MeDocument, {}, ann);
      await place.post(MeDocument, {}, { token: 'not one of ours' });
    });
    expect(by('mpim_operation_seconds_count{operation="mutation",outcome="OK"}')).toBe(3);
    expect(by('mpim_operation_seconds_count{operation="query",outcome="OK"}')).toBe(1);
    expect(by('mpim_operation_seconds_count{operation="query",outcome="UNAUTHENTICATED"}')).toBe(1);
    expect(by('mpim_operation_seconds_bucket{le="+Inf",operation="mutation",outcome="OK"}')).toBe(3);
    expect(by('mpim_operation_seconds_sum{operation="mutation",outcome="OK"}')).toBeGreaterThan(0);
  });

  it('count commits, sockets, subscriptions and delivered events', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const group = await place.group(ann, ben);
    const before = await scrape(place.node);
    const by = await grown(async () => {
      const listening = place.listen(ben, await place.positions(ben));
      await listening.ready();
      const said = await place.say(ann, group, 'hello');
      await listening.nextOf('MessageSent');
      expect(said.seq).toBeGreaterThan(0);
    });
    for (const series of ['mpim_sockets', 'mpim_subscriptions']) expect(by(series), series).toBe(1);
    expect(by('mpim_operation_seconds_count{operation="subscription",outcome="OK"}')).toBe(1);
    expect(by('mpim_events_delivered_total')).toBeGreaterThanOrEqual(2);
    expect(by('mpim_commits_total')).toBeGreaterThanOrEqual(1);
    expect(by('mpim_commit_seconds_total')).toBeGreaterThan(0);
    for (const series of ['mpim_commits_failed_total', 'mpim_appends_refused_total']) expect(by(series), series).toBe(0);
    expect(before.value('mpim_appends_waiting')).toBe(0);
  });

  it('count searches, and those that are refused', async () => {
    const [ann] = await place.people('ann');
    const by = await grown(() =>
      Promise.all(Array.from({ length: 6 }, () => place.post(SearchMessagesDocument, { search: 'needle' }, ann))),
    );
    expect(by('mpim_searches_total') + by('mpim_searches_refused_total')).toBe(6);
    expect(by('mpim_searches_total')).toBeGreaterThanOrEqual(4);
    expect(by('mpim_search_seconds_total')).toBeGreaterThan(0);
    expect(by('mpim_searches_waiting')).toBe(0);
  });

  it.each([
    ['a code of the protocol', 1001, '1001'],
    ['one of thousands that clients may choose', 4_999, 'other'],
  ])('count sockets that are closed with %s', async (_, code, counted) => {
    const series = `mpim_socket_closes_total{code="${counted}"}`;
    const before = (await scrape(place.node)).value(series) ?? 0;
    const socket = new WebSocket(`${place.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.close(code);
    await expect.poll(async () => ((await scrape(place.node)).value(series) ?? 0) - before).toBe(1);
  });

  it('count dead jobs', async () => {
    await using sql = await rawSql(place.stores);
    const dead = 'mpim_jobs{kind="EffectOwed",state="DEAD"}';
    const by = await grown(() => leaveDeadJob(sql, { seq: 1 }));
    expect(by(dead)).toBe(1);
    await sql.run('DELETE FROM Job');
    expect((await scrape(place.node)).value(dead)).toBeUndefined();
  });

  it('lack nothing where several ask at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const all = await Promise.all(Array.from({ length: 8 }, () => scrape(place.node)));
      expect(all.map(({ value }) => value('mpim_effects_oldest_seconds'))).not.toContain(undefined);
    }
  });

  it('count webhooks, and those that rest apart', async () => {
    await using sql = await rawSql(place.stores);
    const { webhooks } = place.node.chat;
    const { webhook } = await webhooks.create({ url: 'http://127.0.0.1:9/', events: [], description: '' });
    expect((await scrape(place.node)).value('mpim_webhooks{state="ACTIVE"}')).toBe(1);
    await sql.run('UPDATE Webhook SET retryAt = createdAt');
    const { value } = await scrape(place.node);
    expect(['RESTS', 'ACTIVE'].map((state) => value(`mpim_webhooks{state="${state}"}`))).toEqual([1, undefined]);
    await webhooks.remove(webhook.id);
  });

  it.each(['prometheus/alerts.yml', 'grafana/mpim.json'])('include everything that %s uses', async (file) => {
    const text = await readFile(new URL(`../../deploy/${file}`, import.meta.url), 'utf8');
    const told = await scrape(place.node);
    const isTold = (name: string, { names }: Scraped): boolean => names.has(name) || names.has(name.replace(/_(count|sum|bucket)$/, ''));
    const asked = new Set(text.match(/\b(?:mpim|nodejs|process)_\w+/g));
    expect(asked.size).toBeGreaterThan(5);
    expect([...asked].filter((name) => !isTold(name, told))).toEqual([]);
  });
});

describe('the metrics endpoint', () => {
  const token = 'a token of sixteen'.replaceAll(' ', '-');

  it('requires the token if one is set, and otherwise returns nothing', async () => {
    await using stores = await freshStores();
    await using node = await createNode(readConfig({ PORT: '0', LOG_LEVEL: 'silent', ...stores.env, METRICS_TOKEN: token }));
    expect((await scrape(node, token)).value('mpim_ready')).toBe(1);
    for (const authorization of ['', 'Bearer', `Bearer ${token}x`, token]) {
      const response = await fetch(metricsUrl(node), { headers: { authorization } });
      expect([response.status, await response.text()], authorization).toEqual([401, '']);
    }
  });

  // A request from the machine’s own outside address is not from the loopback. Where there is none, the test is reported as skipped.
  const [outside] = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal);

  it.skipIf(outside === undefined)('without a token answers the machine itself only', async () => {
    await using stores = await freshStores();
    await using node = await createNode(readConfig({ PORT: '0', LOG_LEVEL: 'silent', ADMIN_HOST: '0.0.0.0', ...stores.env }));
    const url = new URL(metricsUrl(node));
    expect((await fetch(`http://127.0.0.1:${url.port}/metrics`)).status).toBe(200);
    expect((await fetch(`http://${outside?.address}:${url.port}/metrics`)).status).toBe(401);
  });

  it('answers GET only', async () => {
    expect((await fetch(metricsUrl(place.node), { method: 'POST' })).status).toBe(405);
  });
});
