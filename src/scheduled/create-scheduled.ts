import { cancelJob } from '../jobs/index.ts';
import { uuidText } from '../uuid.ts';
import { cancel, change } from './change.ts';
import type { ScheduledParts } from './parts.ts';
import { schedule } from './schedule.ts';
import type { ScheduledMessages } from './scheduled.ts';
import { sendDue, sendNow } from './send-due.ts';
import { listScheduled, readScheduled, scheduledKey } from './store.ts';

/** Makes the module of scheduled messages. */
export function createScheduledMessages(parts: ScheduledParts): ScheduledMessages {
  const { db } = parts;
  return {
    schedule: (viewer, wanted, settling) => schedule(parts, viewer, wanted, settling),
    change: (viewer, wanted) => change(parts, viewer, wanted),
    cancel: (viewer, id) => cancel(parts, viewer, id),
    sendNow: (viewer, id) => sendNow(parts, viewer, id),
    async list({ userId }, range) {
      const { first } = range;
      const rows = await listScheduled(db.client, userId, { ...range, first: first + 1 });
      const items = rows.slice(0, first).map((scheduled) => ({ scheduled, key: scheduledKey(scheduled) }));
      return { items, hasNextPage: rows.length > first };
    },
    async byIds({ userId }, ids) {
      const rows = await readScheduled(db.client, ids);
      return rows.map((row) => (row?.userId === userId ? row : null));
    },
    due: (ref) => sendDue(parts, ref),
    async eraseAll(userId) {
      await db.transaction(async (tx) => {
        const rows = await tx.scheduledMessage.findMany({ where: { userId }, select: { id: true } });
        for (const { id } of rows) await cancelJob(tx, 'ScheduledMessageDue', uuidText(id));
        await tx.scheduledMessage.deleteMany({ where: { userId } });
      });
    },
  };
}
