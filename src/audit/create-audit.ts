import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import type { Act, Audit, AuditEntry, AuditFilter, AuditPlace, Note, Noted } from './audit.ts';
import { shown, storable } from './shown.ts';
import { type Ending, endEntry, insertEntry, readEntries, removeBefore } from './store.ts';

interface AuditParts {
  readonly db: Db;
  readonly logger: Logger;
  readonly config: Pick<Config, 'auditDays'>;
}

const dayMs = 86_400_000;
// AUDIT_DAYS is thus kept to within about an hour. All nodes prune, each at a random time.
const pruneMs = 3_600_000;
// How many entries one statement deletes: it must not hold its row locks for longer than others can wait.
const atOnce = 500;
// The widths of the columns, in characters.
const widths = { name: 64, origin: 128, action: 64, target: 128 };

/** Creates the audit. The caller still owns the parts. */
export function createAudit({ db, logger, config }: AuditParts): Audit {
  let timer: NodeJS.Timeout | undefined;
  let pruning: Promise<unknown> = Promise.resolve();

  async function begun({ actor, action, arguments: given, target }: Act): Promise<bigint> {
    const entry = {
      actorId: actor.userId,
      actorName: storable(actor.name, widths.name),
      origin: storable(actor.origin, widths.origin),
      action: action.slice(0, widths.action),
      arguments: shown(given),
      target: target === undefined ? null : storable(target, widths.target),
    };
    return await db.commit(uuidBytes(newUuid()), async (tx) => insertEntry(tx, { ...entry, at: await db.now(tx) }));
  }

  /** Stores how an action ended. Only logs a failure: the action is over, and its result stands. */
  async function ended(
    id: bigint,
    act: Act,
    { noted, ...how }: Pick<Ending, 'outcome' | 'code'> & { readonly noted: Noted },
  ): Promise<void> {
    const { target, before, after } = noted;
    const ending = {
      ...how,
      before: before === undefined ? null : shown(before),
      after: after === undefined ? null : shown(after),
      ...(target !== undefined && { target: storable(target, widths.target) }),
    };
    try {
      await db.commitIdempotent(async (tx) => endEntry(tx, id, { ...ending, endedAt: await db.now(tx) }));
    } catch (error) {
      logger.error(
        { err: error, audit: String(id), action: act.action, outcome: how.outcome },
        'the outcome of an operator’s action could not be stored in the audit log',
      );
    }
  }

  async function prune(): Promise<number> {
    if (config.auditDays === 0) return 0;
    const moment = new Date((await db.now()).getTime() - config.auditDays * dayMs);
    for (let total = 0; ; ) {
      const count = await removeBefore(db, moment, atOnce);
      total += count;
      if (count < atOnce) return total;
    }
  }

  function later(): void {
    timer = setTimeout(
      () => {
        pruning = prune()
          .catch((error: unknown) => logger.warn({ err: error }, 'old audit entries could not be deleted; the next round retries it'))
          .finally(() => timer !== undefined && later());
      },
      pruneMs * (0.5 + Math.random()),
    ).unref();
  }

  return {
    async act(act, work, refusalOf = () => null) {
      const id = await begun(act);
      let noted: Noted = {};
      const note: Note = (more) => {
        noted = { ...noted, ...Object.fromEntries(Object.entries(more).filter(([, said]) => said !== undefined)) };
      };
      try {
        const answer = await work(note);
        const code = refusalOf(answer);
        await ended(id, act, { outcome: code === null ? 'DONE' : outcomeOf(code), code, noted });
        return answer;
      } catch (error) {
        const code = error instanceof ChatError ? error.code : 'INTERNAL';
        await ended(id, act, { outcome: outcomeOf(code), code, noted });
        throw error;
      }
    },
    async list(filter, { first, after }) {
      const rows = await readEntries(db.client, filter, { order: 'desc', limit: first + 1, after });
      return { items: rows.slice(0, first), hasNextPage: rows.length > first, hasPreviousPage: after !== undefined };
    },
    all: (filter) => readAll(db, filter),
    prune,
    begin: later,
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      timer = undefined;
      await pruning;
    },
  };
}

// An action that ended with UNAVAILABLE or with a bug may have been performed nevertheless, so it counts as failed, not as refused.
function outcomeOf(code: string): 'REFUSED' | 'FAILED' {
  return code === 'UNAVAILABLE' || code === 'INTERNAL' ? 'FAILED' : 'REFUSED';
}

async function* readAll(db: Db, filter: AuditFilter): AsyncGenerator<readonly AuditEntry[]> {
  let after: AuditPlace | undefined;
  for (;;) {
    const rows = await readEntries(db.client, filter, { order: 'asc', limit: atOnce, after });
    if (rows.length > 0) yield rows;
    after = rows.at(-1);
    if (rows.length < atOnce) return;
  }
}
