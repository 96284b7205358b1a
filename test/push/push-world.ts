import pino from 'pino';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Chat } from '../../src/chat.ts';
import type { Db, StreamKind } from '../../src/db/index.ts';
import { createLog } from '../../src/log/index.ts';
import type { Access, Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';
import { person } from '../support/people.ts';
import { type Browser, type PushService, startPushService } from './receiving-end.ts';

/** A chat that pushes to a service of its own, at once where a test says so. */
export interface PushWorld extends AsyncDisposable {
  readonly db: Db;
  readonly chat: Chat;
  readonly service: PushService;
  /** Somebody who is away, with a browser that has subscribed. */
  subscriber(): Promise<Viewer & { readonly browser: Browser }>;
  /** Has the effect act on all entries that it has not seen, and sends what is due. */
  push(): Promise<void>;
  /** Brings the time about of all that waits, as time would, and sends it. */
  later(): Promise<void>;
  /** The viewer is connected, and active, until it is disposed of. */
  connect(viewer: Viewer): Promise<Disposable>;
}

/** Makes such a world on a database, which it leaves open. */
export async function pushWorld(db: Db, env: Readonly<Record<string, string>> = {}): Promise<PushWorld> {
  await using opened = new AsyncDisposableStack();
  const service = opened.use(await startPushService());
  const usual = { PUSH_ALLOW_HOSTS: service.host, PUSH_DELAY_MS: '0', PRESENCE_GRACE_MS: '0' };
  const chat = opened.use(chatOver(db, { ...usual, ...env }));
  const log = opened.use(createLog({ db, bus: opened.use(createMemoryBus()), logger: pino({ level: 'silent' }) }));
  const seen = new Map<bigint, number>();
  const { signal } = new AbortController();

  async function act(): Promise<void> {
    const streams = await db.client.stream.findMany({ where: { lastSeq: { gt: 0 } }, select: { id: true, kind: true } });
    for (const { id, kind } of streams) {
      const { entries } = await log.read(id, { after: seen.get(id) ?? 0, limit: 1_000 });
      const last = entries.at(-1);
      if (last === undefined) continue;
      if (await chat.push.effect.wanted()) await chat.push.effect.act({ streamId: id, kind: kind as StreamKind, entries }, signal);
      seen.set(id, last.seq);
    }
  }

  const closing = opened.move();
  return {
    ...{ db, chat, service },
    async subscriber() {
      const [viewer, browser] = [await person(chat), service.subscribe()];
      await chat.push.registerWeb(viewer, browser);
      return { ...viewer, browser };
    },
    async push() {
      await act();
      await chat.push.sendDue();
    },
    async later() {
      await db.transaction((tx) => tx.pushDelivery.updateMany({ data: { dueAt: new Date(0) } }));
      await chat.push.sendDue();
    },
    async connect({ userId, sessionId }) {
      const access: Access = { userId, sessionId, expiresAt: new Date(8.64e15), deviceKind: 'WEB', role: 'USER' };
      const held = chat.presence.connect(access, () => undefined);
      return held;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
