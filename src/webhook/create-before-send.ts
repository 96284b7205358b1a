import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';
import { type Db, holdDeployment } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { PendingMessage } from '../message/index.ts';
import { createNewest } from '../newest/index.ts';
import { noTracer, type Tracer } from '../tracer.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import type { BeforeSend, BeforeSendChoice, BeforeSends, ShowDraft } from './before-send.ts';
import { type BeforeSendRow, deleteBeforeSend, readBeforeSend, writeBeforeSend } from './before-send-store.ts';
import { createBreaker } from './breaker.ts';
import { type Answer, call } from './call.ts';
import { createGate } from './gate.ts';
import type { WebhookConfig } from './parts.ts';
import { firstSecrets, rotated, secretsOf } from './secrets.ts';
import { requireUrl } from './shape.ts';
import { readVerdict, type Verdict } from './verdict.ts';

interface Parts {
  readonly db: Db;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly config: WebhookConfig;
  /** Without it, nothing is traced. */
  readonly tracer?: Tracer;
}

const topic = 'before-send';
// If the bus loses the hint of a change, this check finds it within a second. It reads one row.
const checkMs = 800;
// Users wait for the answer, and clients give up on a send.
const deadline = { least: 50, usual: 1_000, most: 5_000 };
// Calls of one node at the same time. At a second each, these are more than a hundred messages a second.
const atOnce = 128;
const limits = { failures: 5, restMs: 5_000 };
// Enough for a message of 16,000 code points, each written as two JSON escapes of six characters.
const maxAnswerBytes = 256_000;

/** Creates the caller of the before-send app. Disposing it aborts calls that are under way. */
export function createBeforeSend({ db, bus, logger, config, tracer = noTracer }: Parts): BeforeSends {
  const closing = new AbortController();
  const gate = createGate(atOnce);
  const breaker = createBreaker({ ...limits, now: () => performance.now() });
  let show: ShowDraft | undefined;
  let held: BeforeSendRow | null = null;
  /** How many changes were made on this node. */
  let changes = 0;
  const newest = createNewest({
    // Every hint is a reason to read: the time of a change is no version, because the database's clock can go back in a failover.
    ...{ bus, logger, topic, dialect: db.dialect, headCheckMs: checkMs, version: () => 0 },
    async read() {
      const before = changes;
      const row = await readBeforeSend(db.client);
      // A read that started before a change may end after it. The hint of that change, or the next check, reads again.
      if (changes === before) held = row;
    },
  });

  async function takeAndTell(row: BeforeSendRow | null, at: Date): Promise<void> {
    changes += 1;
    held = row;
    await newest.tell(at.getTime());
  }

  async function set({ url, deadlineMs, onFailure, conversations, newSecret = false }: BeforeSendChoice) {
    const checked = { url: requireUrl(url, config), ...(deadlineMs !== undefined && { deadlineMs: requireDeadline(deadlineMs) }) };
    // A secret is shown once. So it must be known whether it was stored, even if the connection is lost at the commit.
    const made = await db.commit(uuidBytes(newUuid()), async (tx) => {
      // Changes are serialized: each keeps what the former one has chosen. Without a row, two concurrent changes would both create it.
      await holdDeployment(db, tx);
      const before = await readBeforeSend(tx);
      const chosen = { ...checked, ...(onFailure && { onFailure }), ...(conversations && { conversations }) };
      const kept = before ?? { ...usual, ...firstSecrets() };
      const row: BeforeSendRow = { ...kept, ...(before && newSecret && rotated(before)), ...chosen, changedAt: await db.now(tx) };
      await writeBeforeSend(tx, row);
      return { row, isNew: row.secret !== before?.secret };
    });
    await takeAndTell(made.row, made.row.changedAt);
    return { beforeSend: shownBeforeSend(made.row), secret: made.isNew ? made.row.secret : null };
  }

  async function remove(url?: string): Promise<boolean> {
    const { removed, at } = await db.transaction(async (tx) => {
      await holdDeployment(db, tx);
      if (url !== undefined && (await readBeforeSend(tx))?.url !== url) {
        throw new ChatError('NOT_FOUND', 'This URL is not the one in use. Read the current one.', { field: ['url'] });
      }
      return { removed: await deleteBeforeSend(tx), at: await db.now(tx) };
    });
    await takeAndTell(null, at);
    return removed;
  }

  /** Calls the app. Returns its verdict, or what went wrong. */
  async function ask(
    row: BeforeSendRow,
    draft: PendingMessage,
    fits: (text: string) => boolean,
  ): Promise<Verdict | { readonly fault: string }> {
    if (!breaker.admits()) return { fault: 'it has failed several times in a row and is not asked for some seconds' };
    const until = performance.now() + row.deadlineMs;
    const leave = await gate.enter(row.deadlineMs);
    if (leave === null) return { fault: `more than ${atOnce} messages wait for its answer` };
    try {
      const answer = await call({
        ...{ url: row.url, secrets: secretsOf(row, Date.now()), id: `ask:${newUuid()}`, body: bodyOf(draft), maxBytes: maxAnswerBytes },
        ...{ deadlineMs: Math.max(1, Math.round(until - performance.now())), signal: closing.signal, tracer },
      });
      return settled(answer, { asked: draft.text, fits });
    } finally {
      leave();
    }
  }

  function settled(answer: Answer, reading: Parameters<typeof readVerdict>[1]): Verdict | { readonly fault: string } {
    const verdict = answer.ok ? readVerdict(answer.text, reading) : null;
    if (verdict !== null) {
      breaker.succeeded();
      return verdict;
    }
    breaker.failed();
    return { fault: answer.fault ?? 'its answer is none of { "allow": true }, { "allow": false } and { "text": … }' };
  }

  function bodyOf(draft: PendingMessage): string {
    if (show === undefined) throw new ChatError('UNAVAILABLE', 'This node is not ready yet. Try again.');
    const type = draft.act === 'SEND' ? 'BeforeMessageSent' : 'BeforeMessageEdited';
    return JSON.stringify({ type, timestamp: new Date().toISOString(), data: show(draft) });
  }

  return {
    begin: () => newest.begin(),
    async get() {
      const row = await readBeforeSend(db.client);
      return row && shownBeforeSend(row);
    },
    set,
    remove,
    showBy(by) {
      show = by;
    },
    get asks() {
      return held !== null;
    },
    async approve(draft, { fits, field }) {
      const row = held;
      if (row === null || (row.conversations !== 'ALL' && row.conversations !== draft.conversationKind)) return draft.text;
      const verdict = await ask(row, draft, fits);
      if ('text' in verdict) return verdict.text;
      // The call was aborted because this node stops: onFailure does not apply.
      if (closing.signal.aborted)
        throw new ChatError('UNAVAILABLE', 'This node is shutting down. Nothing was stored: send the message again.', { field });
      if ('reason' in verdict) throw new ChatError('FORBIDDEN', verdict.reason, { field });
      logger.warn({ fault: verdict.fault, onFailure: row.onFailure }, 'the before-send hook did not answer');
      if (row.onFailure === 'ALLOW') return draft.text;
      throw new ChatError('UNAVAILABLE', 'The message cannot be checked right now. Nothing was stored: send it again later.', {
        field,
      });
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new ChatError('UNAVAILABLE', 'This node is shutting down.'));
      await newest[Symbol.asyncDispose]();
    },
  };
}

const usual = { deadlineMs: deadline.usual, onFailure: 'ALLOW', conversations: 'ALL' } as const;

function requireDeadline(ms: number): number {
  if (Number.isInteger(ms) && ms >= deadline.least && ms <= deadline.most) return ms;
  throw new ChatError('INVALID_INPUT', `deadlineMs must be from ${deadline.least} to ${deadline.most}.`, { field: ['deadlineMs'] });
}

function shownBeforeSend({ secret: _secret, oldSecret: _old, oldSecretUntil: _until, ...shown }: BeforeSendRow): BeforeSend {
  return shown;
}
