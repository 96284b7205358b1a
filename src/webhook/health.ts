import type { Db } from '../db/index.ts';
import { cancelJob } from '../jobs/index.ts';
import { forgetBacklogs, scheduleCatchUp } from './backlog.ts';
import type { Answer } from './call.ts';
import type { WebhookParts } from './parts.ts';
import { pauseMs } from './retry.ts';
import { changeWebhook, holdWebhook, requireWebhook, rests, type WebhookRow } from './store.ts';

const hourMs = 3_600_000;
// The precision of `lastSuccessAt`: enough for operators, and a busy app does not cost a write per call.
const toldMs = 10_000;
/** The status with which an app says that it is gone for good. */
const gone = 410;

/** Returns the duration of failure after which a webhook is disabled, in ms. */
export function longFailureMs({ config }: Pick<WebhookParts, 'config'>): number {
  return config.webhookDisableHours * hourMs;
}

/** Records a successful call. If the webhook rested, its backlogs are delivered now. */
export async function noteSuccess({ db }: Pick<WebhookParts, 'db'>, { id, failures, lastSuccessAt }: WebhookRow): Promise<void> {
  // Uses this node's clock: the database's would cost a query per call.
  if (failures === 0 && lastSuccessAt !== null && Date.now() - lastSuccessAt.getTime() < toldMs) return;
  const now = await db.now();
  await db.transaction(async (tx) => {
    if (!(await holdWebhook(tx, id))) return;
    const before = await requireWebhook(tx, id);
    await changeWebhook(tx, id, { failures: 0, failingSince: null, attempts: 0, retryAt: null, lastSuccessAt: now });
    if (before.state === 'ACTIVE' && rests(before)) await scheduleCatchUp(tx, id, now);
  });
}

/**
 * Records a failed call. After some failures in a row the webhook rests, each time for longer. It is disabled if the app has answered 410
 * or has failed for too long.
 */
export async function noteFailure(parts: WebhookParts, id: string, { fault, status, retryAfterMs }: Answer): Promise<void> {
  const { db, logger } = parts;
  await db.transaction(async (tx) => {
    if (!(await holdWebhook(tx, id))) return;
    const now = await db.now(tx);
    const { state, failures: before, failingSince: since, attempts, retryAt } = await requireWebhook(tx, id);
    const [failures, failingSince] = [before + 1, since ?? now];
    await changeWebhook(tx, id, { failures, failingSince, lastFailureAt: now, lastFailure: fault });
    if (state === 'DISABLED') return;
    const tooLong = now.getTime() - failingSince.getTime() >= longFailureMs(parts);
    if (status === gone || tooLong) {
      logger.error({ webhook: id, fault }, 'a webhook was disabled');
      await disable(tx, id, { why: status === gone ? 'GONE' : 'FAILING', now });
    } else if (rests({ state, failures }) && (retryAt === null || retryAt <= now)) {
      logger.warn({ webhook: id, fault }, 'a webhook is paused after failed attempts');
      await changeWebhook(tx, id, {
        attempts: attempts + 1,
        retryAt: new Date(now.getTime() + pauseMs(attempts + 1, retryAfterMs)),
      });
    }
  });
}

/** Disables a webhook. Its backlogs are kept in case it is enabled again, unless the app is gone for good. */
export async function disable(
  tx: Parameters<Parameters<Db['transaction']>[0]>[0],
  id: string,
  { why, now }: { readonly why: NonNullable<WebhookRow['disabledWhy']>; readonly now: Date },
): Promise<void> {
  await changeWebhook(tx, id, { state: 'DISABLED', disabledAt: now, disabledWhy: why, retryAt: null });
  if (why === 'GONE') await forgetBacklogs(tx, id);
  await cancelJob(tx, 'WebhookBacklog', id);
}
