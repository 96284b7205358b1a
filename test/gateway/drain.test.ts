import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { post, subscribeOverHttp } from './http.ts';
import { openLab } from './lab.ts';
import { openRaw, type RawSocket } from './raw-socket.ts';

async function ready(url: string): Promise<number> {
  return (await fetch(`${url}/health/ready`)).status;
}

/** Starts to download GraphiQL and stops reading, with most of its nine megabytes still to come. */
async function beginDownload(url: string): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { headers: { accept: 'text/html' } }), 'response')) as [IncomingMessage];
  return response.pause();
}

async function restOf(response: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const piece of response) bytes += (piece as Buffer).length;
  return bytes;
}

describe('a node that drains', () => {
  test('reports it, refuses new work, finishes what it accepted, and then closes its port', async () => {
    await using lab = await openLab();
    const { url } = lab.node;
    const accepted = post(url, '{ wait(gate: "drain") }');
    await lab.gates.reached('drain');
    const gone = lab.node.close();
    expect(await ready(url)).toBe(503);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const refused = await post(url, '{ hello }');
    expect(refused).toMatchObject({ status: 503, errors: [{ extensions: { code: 'UNAVAILABLE', retryable: true } }] });
    await expect(openRaw(url)).rejects.toThrow('503');
    lab.gates.open('drain');
    expect(await accepted).toMatchObject({ status: 200, data: { wait: 'drain' } });
    await gone;
    await expect(fetch(url)).rejects.toThrow();
  });

  test('answers the queries and mutations of a socket before it closes the socket with 1012', async () => {
    await using lab = await openLab();
    const socket = await openRaw(lab.node.url);
    await socket.init();
    socket.subscribe('live', 'subscription { endless }');
    await socket.next();
    socket.subscribe('asked', '{ wait(gate: "socket") }');
    await lab.gates.reached('socket');
    const gone = lab.node.close();
    socket.subscribe('late', '{ hello }');
    expect(await socket.next()).toMatchObject({
      id: 'late',
      type: 'error',
      payload: [{ extensions: { code: 'UNAVAILABLE', retryable: true } }],
    });
    lab.gates.open('socket');
    expect(await socket.next()).toMatchObject({ id: 'asked', type: 'next', payload: { data: { wait: 'socket' } } });
    expect(await socket.next()).toEqual({ id: 'asked', type: 'complete' });
    expect(await socket.closed).toEqual({ code: 1012, reason: 'This node is shutting down. Connect again' });
    await gone;
  });

  test('closes a socket with a subscription that is still being set up as soon as it is', async () => {
    await using lab = await openLab({ DRAIN_MS: '60000' });
    const socket = await openRaw(lab.node.url);
    await socket.init();
    socket.subscribe('live', 'subscription { late(gate: "set up") }');
    await lab.gates.reached('set up');
    const gone = lab.node.close();
    lab.gates.open('set up');
    expect(await socket.closed).toEqual({ code: 1012, reason: 'This node is shutting down. Connect again' });
    await gone;
  });

  test('finishes the downloads that have begun on both of its ports, and refuses new ones', async () => {
    await using lab = await openLab();
    const { url, adminUrl } = lab.node;
    const downloads = [await beginDownload(`${url}/graphql`), await beginDownload(adminUrl ?? '')];
    const gone = lab.node.close();
    expect(await ready(url)).toBe(503);
    const refused = await fetch(`${url}/exports/0198c0de-0000-7000-8000-000000000000?until=1&signature=x`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    const whole = downloads.map(({ headers }) => Number(headers['content-length']));
    expect(Math.min(...whole)).toBeGreaterThan(8_000_000);
    expect(await Promise.all(downloads.map(restOf))).toEqual(whole);
    await gone;
  });

  test('ends subscriptions over HTTP with a retryable error', async () => {
    await using lab = await openLab();
    const stream = await subscribeOverHttp(lab.node.url, 'subscription { endless }');
    await stream.next();
    const gone = lab.node.close();
    expect(await stream.next()).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE', retryable: true } }] });
    expect(await stream.next()).toBeNull();
    await gone;
  });

  test('closes its sockets in waves', async () => {
    await using lab = await openLab({ DRAIN_MS: '2000' });
    const sockets: RawSocket[] = [];
    for (let n = 0; n < 60; n += 1) sockets.push(await openRaw(lab.node.url));
    await Promise.all(sockets.map((socket) => socket.init()));
    const started = performance.now();
    const times = Promise.all(sockets.map((socket) => socket.closed.then(({ code }) => ({ code, ms: performance.now() - started }))));
    await lab.node.close();
    const closed = await times;
    expect(new Set(closed.map(({ code }) => code))).toEqual(new Set([1012]));
    // 25 at once, and two pauses of 50 ms between the three waves.
    expect(Math.max(...closed.map(({ ms }) => ms))).toBeGreaterThan(90);
    expect(closed.map(({ ms }) => ms).filter((ms) => ms < 45).length).toBeLessThanOrEqual(25);
  });

  test('drops what is not done in time', async () => {
    await using lab = await openLab({ DRAIN_MS: '300' });
    const [socket, stuck] = [await openRaw(lab.node.url), post(lab.node.url, '{ wait(gate: "never over HTTP") }')];
    await socket.init();
    socket.subscribe('1', '{ wait(gate: "never over a socket") }');
    await Promise.all([lab.gates.reached('never over HTTP'), lab.gates.reached('never over a socket')]);
    const [failed] = await Promise.allSettled([stuck, lab.node.close()]);
    expect(failed.status).toBe('rejected');
    expect(await socket.closed).toMatchObject({ code: 1006 });
  });

  test('sends a request on to another node if the proxy supports it, and keeps its port open until the proxy has noticed', async () => {
    await using lab = await openLab({ TRUST_PROXY: 'true', DRAIN_MS: '300' });
    const { url } = lab.node;
    const started = performance.now();
    const gone = lab.node.close();
    const elsewhere = { 'x-mpim-elsewhere': '@elsewhere' };
    const refused = await post(url, '{ hello }', elsewhere);
    expect(refused).toMatchObject({ status: 502, errors: [{ extensions: { code: 'UNAVAILABLE', retryable: true } }] });
    expect(refused.headers.get('x-accel-redirect')).toBe('@elsewhere');
    await expect(openRaw(url, 'graphql-transport-ws', elsewhere)).rejects.toThrow('502');
    // Values that our nginx could not have sent.
    for (const name of ['/etc/passwd', '@secret']) expect((await post(url, '{ hello }', { 'x-mpim-elsewhere': name })).status).toBe(503);
    await gone;
    expect(performance.now() - started).toBeGreaterThan(290);
  });

  test('sends no request on without a trusted proxy', async () => {
    await using lab = await openLab();
    const stuck = post(lab.node.url, '{ wait(gate: "while it stops") }');
    await lab.gates.reached('while it stops');
    const gone = lab.node.close();
    const refused = await post(lab.node.url, '{ hello }', { 'x-mpim-elsewhere': '@elsewhere' });
    expect([refused.status, refused.headers.get('x-accel-redirect')]).toEqual([503, null]);
    lab.gates.open('while it stops');
    await Promise.all([stuck, gone]);
  });

  test('finishes what it accepted even if it is closed again meanwhile, and can be closed afterwards', async () => {
    await using lab = await openLab();
    const accepted = post(lab.node.url, '{ wait(gate: "closed twice") }');
    await lab.gates.reached('closed twice');
    let settled = 0;
    const ends = [lab.node.close(), lab.node.close()].map((closed) => closed.then(() => settled++));
    // While this refusal came, a call that waits for nothing would have ended.
    expect(await post(lab.node.url, '{ hello }')).toMatchObject({ status: 503 });
    expect(settled).toBe(0);
    lab.gates.open('closed twice');
    expect(await accepted).toMatchObject({ status: 200, data: { wait: 'closed twice' } });
    await Promise.all(ends);
    await lab.node.close();
    await expect(fetch(lab.node.url)).rejects.toThrow();
  });
});
