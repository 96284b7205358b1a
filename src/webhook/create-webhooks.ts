import type { Logger } from 'pino';
import { type Db, holdDeployment } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { cancelJob } from '../jobs/index.ts';
import type { Log } from '../log/index.ts';
import { noTracer, type Tracer } from '../tracer.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import { countBacklogs, forgetBacklogs, makeDue } from './backlog.ts';
import { catchUp } from './catch-up.ts';
import { callWebhook } from './deliver.ts';
import { deliverRun } from './deliver-run.ts';
import { createGate, type Gate } from './gate.ts';
import type { Show, WebhookConfig, WebhookParts } from './parts.ts';
import { firstSecrets, rotated } from './secrets.ts';
import { requireChoice, requireDescription, requireEvents, requireUrl } from './shape.ts';
import {
  changeWebhook,
  deleteWebhook,
  holdWebhook,
  insertWebhook,
  missedMs,
  noWebhook,
  readWebhooks,
  requireWebhook,
  shownWebhook,
  type WebhookRow,
} from './store.ts';
import type { NewSecret, Trial, Webhook, WebhookChoice } from './webhook.ts';
import type { Webhooks } from './webhooks.ts';

// Each webhook may cost a call per event. Fifty are more than any system needs.
const maxWebhooks = 50;

interface Parts {
  readonly db: Db;
  readonly log: Log;
  readonly logger: Logger;
  readonly config: WebhookConfig;
  readonly onRead?: WebhookParts['onRead'];
  /** Without it, nothing is traced. */
  readonly tracer?: Tracer;
}

/** Creates the webhooks module. Disposing it aborts calls that are under way; they are repeated, by another node at once. */
export function createWebhooks({ db, log, logger, config, onRead = () => undefined, tracer = noTracer }: Parts): Webhooks {
  const closing = new AbortController();
  const gates = new Map<string, Gate>();
  const catchingUp = new Set<Promise<void>>();
  let shown: Show | undefined;

  function gateOf(id: string): Gate {
    const gate = gates.get(id) ?? createGate(config.webhookConcurrency);
    gates.set(id, gate);
    return gate;
  }

  const show: Show = (kind, entries) => {
    if (shown === undefined) throw new ChatError('UNAVAILABLE', 'This node is not ready yet. Try again.');
    return shown(kind, entries);
  };

  const current = sharedRead(async () => {
    const rows = await readWebhooks(db.client);
    const ids = new Set(rows.map(({ id }) => id));
    for (const id of gates.keys()) if (!ids.has(id)) gates.delete(id);
    return rows;
  });
  const parts: WebhookParts = { db, log, logger, tracer, config, show, onRead, gateOf, current };
  const until = (signal: AbortSignal) => AbortSignal.any([signal, closing.signal]);

  async function create(choice: WebhookChoice): Promise<NewSecret> {
    const checked = requireChoice(choice, config);
    const secrets = firstSecrets();
    // A secret is shown once. So it must be known whether it was stored, even if the connection is lost at the commit.
    const row = await db.commit(uuidBytes(newUuid()), async (tx) => {
      await holdDeployment(db, tx);
      if ((await tx.webhook.count()) >= maxWebhooks)
        throw new ChatError('LIMIT_REACHED', `There can be at most ${maxWebhooks} webhooks. Delete one first.`);
      const now = await db.now(tx);
      const fresh: WebhookRow = { ...blank, ...checked, ...secrets, id: newUuid(), createdAt: now, fromAt: now };
      await insertWebhook(tx, fresh);
      return fresh;
    });
    return { webhook: shownWebhook(row), secret: row.secret };
  }

  async function change(id: string, changes: (row: WebhookRow, now: Date) => Partial<WebhookRow>): Promise<WebhookRow> {
    return await db.commit(uuidBytes(newUuid()), async (tx) => {
      if (!(await holdWebhook(tx, id))) throw noWebhook();
      const row = await requireWebhook(tx, id);
      const changed = changes(row, await db.now(tx));
      if (Object.keys(changed).length > 0) await changeWebhook(tx, id, changed);
      return { ...row, ...changed };
    });
  }

  async function update(id: string, { url, description, events }: Partial<WebhookChoice>): Promise<Webhook> {
    const checked = {
      ...(url !== undefined && { url: requireUrl(url, config) }),
      ...(description !== undefined && { description: requireDescription(description) }),
      ...(events !== undefined && { events: requireEvents(events) }),
    };
    return shownWebhook(await change(id, () => checked));
  }

  async function remove(id: string): Promise<void> {
    await db.transaction(async (tx) => {
      if (!(await deleteWebhook(tx, id))) throw noWebhook();
      await forgetBacklogs(tx, id);
      await cancelJob(tx, 'WebhookBacklog', id);
    });
  }

  async function rotateSecret(id: string): Promise<NewSecret> {
    const row = await change(id, rotated);
    return { webhook: shownWebhook(row), secret: row.secret };
  }

  async function enable(id: string, { missed = false }: { readonly missed?: boolean } = {}): Promise<Webhook> {
    const row = await db.transaction(async (tx) => {
      if (!(await holdWebhook(tx, id))) throw noWebhook();
      const { state, disabledAt } = await requireWebhook(tx, id);
      const now = await db.now(tx);
      if (state === 'DISABLED') {
        const isKept = missed && disabledAt !== null && now.getTime() - disabledAt.getTime() < missedMs;
        await changeWebhook(tx, id, { ...healthy, ...(!isKept && { fromAt: now }) });
        if (!isKept) await forgetBacklogs(tx, id);
      }
      await makeDue(tx, id, now);
      return await requireWebhook(tx, id);
    });
    return shownWebhook(row);
  }

  async function test(id: string): Promise<Trial> {
    const row = await requireWebhook(db.client, id);
    const timestamp = new Date().toISOString();
    const body = JSON.stringify({ type: 'Test', timestamp, data: {} });
    const { ok, status, ms, fault } = await callWebhook(parts, row, { id: `test:${newUuid()}`, body, signal: closing.signal });
    return { delivered: ok, status, ms, fault };
  }

  return {
    list: async () => (await readWebhooks(db.client)).map(shownWebhook),
    backlogs: () => countBacklogs(db.client),
    create,
    update,
    remove,
    rotateSecret,
    enable,
    test,
    effect: {
      name: 'webhooks',
      wanted: async () => (await current()).some(({ disabledWhy }) => disabledWhy !== 'GONE'),
      act: (run, signal) => deliverRun(parts, run, until(signal)),
    },
    catchUp({ webhookId }, signal) {
      const work = catchUp(parts, webhookId, until(signal)).finally(() => catchingUp.delete(work));
      catchingUp.add(work);
      return work;
    },
    showBy(by) {
      shown = by;
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new ChatError('UNAVAILABLE', 'This node is shutting down.'));
      // Backlogs are given back while the database is open: otherwise no node continues them for some seconds.
      await Promise.allSettled(catchingUp);
    },
  };
}

const healthy = {
  state: 'ACTIVE',
  disabledAt: null,
  disabledWhy: null,
  failures: 0,
  failingSince: null,
  attempts: 0,
  retryAt: null,
} as const;

const blank = { ...healthy, lastSuccessAt: null, lastFailureAt: null, lastFailure: null } as const;

/** Shares a read among its callers. A call during a read shares the next read, so that its result is never older than the call. */
function sharedRead<T>(read: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  async function readNow(): Promise<T> {
    next = undefined;
    const reading = read();
    underWay = reading.catch(() => undefined);
    return await reading;
  }
  return () => (next ??= underWay.then(readNow));
}
