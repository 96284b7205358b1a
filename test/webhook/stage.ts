import pino from 'pino';
import { schema, showToApps } from '../../schema/index.ts';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import { createLog } from '../../src/log/index.ts';
import type { Webhook, WebhookEvent } from '../../src/webhook/index.ts';
import { chatOver } from '../support/chat.ts';
import { type Receiver, receiver } from './receiver.ts';

/** A chat whose entries are delivered, whose jobs run and whose time passes when a test says so. */
export interface Stage extends AsyncDisposable {
  readonly chat: Chat;
  readonly db: Db;
  /** Delivers the new entries of these conversations to webhooks, as a worker does. */
  handOn(...conversationIds: readonly bigint[]): Promise<void>;
  /** The same from the first entry, as a worker does after one that ended before it could record its progress. */
  handOnAgain(...conversationIds: readonly bigint[]): Promise<void>;
  /** Lets time pass in steps, and runs the jobs that become due. */
  pass(ms: number, stepMs?: number): Promise<void>;
  /** Starts an app with a webhook. */
  app(events?: readonly WebhookEvent[]): Promise<{ readonly app: Receiver; readonly id: string; readonly secret: string }>;
  /** From now on showing this conversation to apps fails, by a defect unless an error is given. Null: none fails. */
  showBut(conversationId: bigint | null, error?: Error): void;
  /** From now on there is nothing to show of an entry. */
  hideEntry(conversationId: bigint, seq: number): void;
  /** The state of a webhook. */
  standing(id: string): Promise<Webhook>;
}

/** Creates one on a database. */
export function stage(real: Db, env: Readonly<Record<string, string>> = {}): Stage {
  let aheadMs = 0;
  const later = (time: Date) => new Date(time.getTime() + aheadMs);
  const db: Db = {
    ...real,
    now: async (tx) => later(await real.now(tx)),
    async lockStreams(...args) {
      const { now, rows } = await real.lockStreams(...args);
      return { now: later(now), rows };
    },
  };
  const chat = chatOver(db, { WEBHOOK_TIMEOUT_MS: '500', ROLES: 'gateway', ...env });
  let hidden: bigint | null = null;
  let reason: Error = new TypeError('a defect');
  const nothing = new Set<string>();
  chat.webhooks.showBy(async (kind, entries) => {
    if (entries.some(({ streamId }) => streamId === hidden)) throw reason;
    const shown = await showToApps({ schema, chat }, kind, entries);
    return entries.map(({ streamId, seq }, place) => (nothing.has(`${streamId}:${seq}`) ? null : (shown[place] ?? null)));
  });
  const log = createLog({ db, bus: createMemoryBus(), logger: pino({ level: 'silent' }) });
  const handed = new Map<bigint, number>();
  const apps = new AsyncDisposableStack();

  async function handOn(...conversationIds: readonly bigint[]): Promise<void> {
    await Promise.all(
      conversationIds.map(async (streamId) => {
        const { kind } = await db.client.stream.findUniqueOrThrow({ where: { id: streamId } });
        const { entries } = await log.read(streamId, { after: handed.get(streamId) ?? 0, limit: 1_000 });
        if (entries.length === 0) return;
        await chat.webhooks.effect.act({ streamId, kind: kind as 'GROUP', entries }, new AbortController().signal);
        handed.set(streamId, entries.at(-1)?.seq ?? 0);
      }),
    );
  }

  return {
    chat,
    db,
    handOn,
    async handOnAgain(...conversationIds) {
      for (const id of conversationIds) handed.delete(id);
      await handOn(...conversationIds);
    },
    async pass(ms, stepMs = ms) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        aheadMs += stepMs;
        await chat.jobs.doDue();
      }
    },
    async app(events = ['MessageSent']) {
      const app = apps.use(await receiver());
      const { webhook, secret } = await chat.webhooks.create({ url: app.url, description: '', events });
      app.knows(secret);
      return { app, id: webhook.id, secret };
    },
    showBut(conversationId, error = new TypeError('a defect')) {
      hidden = conversationId;
      reason = error;
    },
    hideEntry(conversationId, seq) {
      nothing.add(`${conversationId}:${seq}`);
    },
    async standing(id) {
      const webhook = (await chat.webhooks.list()).find((one) => one.id === id);
      if (webhook === undefined) throw new Error('there is no such webhook');
      return webhook;
    },
    async [Symbol.asyncDispose]() {
      await apps.disposeAsync();
      await log[Symbol.asyncDispose]();
      await chat[Symbol.asyncDispose]();
    },
  };
}
