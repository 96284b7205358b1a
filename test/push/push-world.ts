import { randomBytes, randomUUID } from 'node:crypto';
import pino from 'pino';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Chat } from '../../src/chat.ts';
import { readConfig } from '../../src/config/index.ts';
import type { Db, StreamKind } from '../../src/db/index.ts';
import { createLog, type Entry } from '../../src/log/index.ts';
import { createMemoryRoster } from '../../src/presence/roster.memory.ts';
import type { Connection, Roster } from '../../src/presence/roster.ts';
import { createPush, type Push } from '../../src/push/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';
import { person } from '../support/people.ts';
import { type Browser, type PushService, startPushService } from './receiving-end.ts';

/** A user with a subscribed browser. */
export type Subscriber = Viewer & { readonly browser: Browser };

/** A chat, and a push module beside it that sends only on request. */
export interface PushWorld extends AsyncDisposable {
  readonly db: Db;
  readonly chat: Chat;
  readonly push: Push;
  readonly roster: Roster;
  readonly service: PushService;
  /** Another node's push module on the same database and roster. */
  node(env?: Readonly<Record<string, string>>, clock?: () => number): Push;
  /** A user who is away, with a subscribed browser. */
  subscriber(): Promise<Subscriber>;
  /** Entries of each stream that the effect has not processed, as the worker would pass them. */
  runs(): Promise<readonly { readonly streamId: bigint; readonly kind: StreamKind; readonly entries: readonly Entry[] }[]>;
  /** Runs the effect on them. */
  act(): Promise<void>;
  /** Skips them, as the worker does with imported entries. */
  passOver(): Promise<void>;
  /** Runs the effect on them, and sends what is due. */
  tell(): Promise<void>;
  /** Makes everything that waits due, and sends it. */
  later(): Promise<void>;
  /** Connects the viewer. */
  connect(viewer: Viewer, how?: Partial<Connection>): Promise<Connection>;
}

/** Makes such a world on a database, which it leaves open. */
export async function pushWorld(
  db: Db,
  env: Readonly<Record<string, string>> = {},
  roster: Roster = createMemoryRoster(),
): Promise<PushWorld> {
  await using opened = new AsyncDisposableStack();
  const service = opened.use(await startPushService());
  const chat = opened.use(chatOver(db, { PUSH: 'false' }));
  const logger = pino({ level: 'silent' });
  const log = opened.use(createLog({ db, bus: opened.use(createMemoryBus()), logger }));
  opened.use(roster);
  const nodes = new AsyncDisposableStack();
  opened.defer(() => nodes.disposeAsync());
  const keys = [{ id: 'k1', secret: randomBytes(32).toString('base64url') }];
  const seen = new Map<bigint, number>();
  const { signal } = new AbortController();

  function node(more: Readonly<Record<string, string>> = {}, clock?: () => number): Push {
    // Nothing is sent by itself, and new pushes are due at once.
    const hosts = [service.host, env['PUSH_ALLOW_HOSTS'] ?? ''].filter((host) => host !== '').join(',');
    const usual = { PUSH_DELAY_MS: '0', ROLES: 'gateway', ...env, PUSH_ALLOW_HOSTS: hosts };
    return nodes.use(createPush({ ...chat, db, log, roster, keys, logger, clock, config: readConfig({ ...usual, ...more }) }));
  }
  const push = node();

  async function runs() {
    const streams = await db.client.stream.findMany({ where: { lastSeq: { gt: 0 } }, select: { id: true, kind: true } });
    const read = streams.map(async ({ id, kind }) => {
      const { entries } = await log.read(id, { after: seen.get(id) ?? 0, limit: 1_000 });
      return { streamId: id, kind: kind as StreamKind, entries };
    });
    return (await Promise.all(read)).filter(({ entries }) => entries.length > 0);
  }

  async function act(): Promise<void> {
    for (const run of await runs()) {
      await push.effect.act(run, signal);
      markSeen(run);
    }
  }

  function markSeen({ streamId, entries }: Awaited<ReturnType<typeof runs>>[number]): void {
    seen.set(streamId, entries.at(-1)?.seq ?? 0);
  }

  const closing = opened.move();
  return {
    ...{ db, chat, push, roster, service, node, runs, act },
    async subscriber() {
      const [viewer, browser] = [await person(chat), service.subscribe()];
      await push.registerWeb(viewer, browser);
      return { ...viewer, browser };
    },
    async passOver() {
      for (const run of await runs()) markSeen(run);
    },
    async tell() {
      await act();
      await push.sendDue();
    },
    async later() {
      const past = { dueAt: new Date(0) };
      await db.transaction((tx) => tx.pushDelivery.updateMany({ data: past }));
      await db.transaction((tx) => tx.pushDue.updateMany({ data: past }));
      await push.sendDue();
    },
    async connect({ userId, sessionId }, how = {}) {
      const id = `node.1.${randomUUID()}`;
      const here: Connection = { ...{ id, userId, sessionId, deviceKind: 'WEB', since: new Date(), idle: false, leaving: false }, ...how };
      await roster.put(here);
      return here;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
