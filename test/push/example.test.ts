import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { fitted, type Payload } from '../../src/push/payload.ts';

const guide = readFileSync(join(import.meta.dirname, '../../docs/push.md'), 'utf8');
const scripts = [...guide.matchAll(/```js\n(.*?)```/gs)].map(([, script]) => script ?? '');

const payload: Payload = {
  ...{ type: 'MESSAGE', title: 'The group', body: 'hello', sender: 'Ann', conversationId: 'c', messageId: 'm', count: 1 },
  ...{ attachments: 0, mediaType: '', mentioned: false, badge: 3, at: '2026-03-04T05:06:07.890Z' },
};

/** The guide's service worker, with a record of what it shows. */
function worker() {
  const shown: unknown[] = [];
  const badges: unknown[] = [];
  const listeners = new Map<string, (event: object) => void>();
  const self = {
    addEventListener: (type: string, listener: (event: object) => void) => listeners.set(type, listener),
    registration: { showNotification: async (title: string, options: object) => shown.push([title, options]) },
    navigator: { setAppBadge: async (count: number) => badges.push(count), clearAppBadge: async () => badges.push(0) },
  };
  runInContext(scripts[1] ?? '', createContext({ self }));
  async function push(said: Payload): Promise<void> {
    const waits: Promise<unknown>[] = [];
    listeners.get('push')?.({ data: { json: () => said }, waitUntil: (work: Promise<unknown>) => waits.push(work) });
    expect(waits).toHaveLength(1);
    await Promise.all(waits);
  }
  return { shown, badges, push };
}

describe('the service worker in the guide', () => {
  it('shows one notification per conversation, and the badge', async () => {
    const { shown, badges, push } = worker();
    await push(payload);
    await push({ ...payload, count: 4, body: 'newer', badge: 0 });
    expect(shown).toEqual([
      ['The group', { body: 'Ann: hello', tag: 'c', renotify: true, data: payload }],
      ['The group (4)', { body: 'Ann: newer', tag: 'c', renotify: true, data: { ...payload, count: 4, body: 'newer', badge: 0 } }],
    ]);
    expect(badges).toEqual([3, 0]);
  });

  it('has a text of its own for a payload without content', async () => {
    const { shown, push } = worker();
    await push(fitted(payload, 'none'));
    expect(shown).toMatchObject([['Something new', { body: '' }]]);
  });

  it('shows a sign for an attachment without a text', async () => {
    const { shown, push } = worker();
    await push({ ...payload, body: '', attachments: 1, mediaType: 'image/png' });
    await push({ ...payload, body: 'Our dog', attachments: 1, mediaType: 'image/png' });
    expect(shown).toMatchObject([
      ['The group', { body: 'Ann: 📎' }],
      ['The group', { body: 'Ann: Our dog' }],
    ]);
  });
});

describe('the subscription script in the guide', () => {
  it('asks for the key, subscribes with it, and registers the subscription', async () => {
    const asked: (readonly [string, unknown])[] = [];
    const ask = async (document: string, variables?: unknown) => {
      asked.push([document.trim().slice(0, 8), variables]);
      return { vapidPublicKey: 'key' };
    };
    const options: unknown[] = [];
    const subscription = { toJSON: () => ({ endpoint: 'https://push.example.org/x', keys: { p256dh: 'p', auth: 'a' } }) };
    const subscribe = async (given: unknown) => {
      options.push(given);
      return subscription;
    };
    const context = createContext({
      ask,
      Notification: { requestPermission: async () => 'granted' },
      navigator: { serviceWorker: { register: async () => ({ pushManager: { subscribe } }) } },
    });
    await runInContext(`${scripts[0] ?? ''}\nsubscribe(ask)`, context);
    expect(options).toEqual([{ userVisibleOnly: true, applicationServerKey: 'key' }]);
    const input = { endpoint: 'https://push.example.org/x', p256dh: 'p', auth: 'a', vapidPublicKey: 'key' };
    expect(asked).toEqual([
      ['query { ', undefined],
      ['mutation', { input }],
    ]);
  });
});
