import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Limits } from '../limit/index.ts';
import type { Log, Verdict } from '../log/index.ts';
import { asPlainText, type Message, requireNotRecalled } from '../message/index.ts';
import { listReportsBy, type NewReport, putReport } from '../queue/index.ts';
import { userRow } from '../user/index.ts';
import type { Reports, ReportWords } from './reports.ts';
import { requireNote } from './shape.ts';

/** The parts that createReports needs. */
export interface ReportParts {
  readonly db: Db;
  readonly log: Log;
  readonly limits: Limits;
  readonly config: Pick<Config, 'reportsPerDay'>;
}

const secondsADay = 86_400;

/** Creates the part of the module that takes reports. */
export function createReports({ db, log, limits, config }: ReportParts): Reports {
  const throttle = limits.limit({ name: 'report', points: () => config.reportsPerDay, windowSeconds: secondsADay });

  /** Counts an action against the user's limit, unless the action is refused. */
  async function counted<T>(userId: bigint, act: () => Promise<T>): Promise<T> {
    const retryAfterMs = await throttle.take(String(userId));
    if (retryAfterMs !== null)
      throw new ChatError('RATE_LIMITED', 'You have sent too many reports today. Try again later.', { retryAfterMs });
    try {
      return await act();
    } catch (error) {
      await throttle.giveBack(String(userId));
      throw error;
    }
  }

  return {
    async message(viewer, { message: ref, ...words }) {
      const report = reportBy(viewer.userId, words);
      return await counted(viewer.userId, () =>
        log.append<Message>({
          lock: [ref.conversationId],
          repeatable: true,
          async decide(inside): Promise<Verdict<Message>> {
            const { message } = await requireNotRecalled(inside, viewer, ref);
            if (message.senderId === viewer.userId) throw own('You cannot report your own message. You can recall it.', 'messageId');
            const { conversationId, seq, senderId: userId } = message;
            const text = asPlainText(message);
            const target = { kind: 'MESSAGE', conversationId, seq, userId } as const;
            return { write: (tx, { at }) => putReport(tx, { ...report, target, text, at }), result: () => message };
          },
        }),
      );
    },
    by: (userId, page) => listReportsBy(db.client, userId, page),
    async user(viewer, { userId, ...words }) {
      const report = reportBy(viewer.userId, words);
      if (userId === viewer.userId) throw own('You cannot report yourself.', 'userId');
      await counted(viewer.userId, () =>
        log.append<void>({
          lock: [userId],
          repeatable: true,
          async decide(inside): Promise<Verdict<void>> {
            const row = await inside.read(userRow, userId);
            if (row?.state !== 'ACTIVE') throw new ChatError('NOT_FOUND', 'User not found.', { field: ['userId'] });
            const text = profileOf(row);
            return {
              write: (tx, { at }) => putReport(tx, { ...report, target: { kind: 'USER', userId }, text, at }),
              result: () => undefined,
            };
          },
        }),
      );
    },
  };
}

function reportBy(reporterId: bigint, { reason, note }: ReportWords): Omit<NewReport, 'target' | 'text' | 'at'> {
  return { reporterId, reason, note: requireNote('note', note), words: [] };
}

/**
 * Returns the parts of a profile that others read. The report keeps a copy, because the user may change the profile before an admin looks
 * at it.
 */
function profileOf({ handle, displayName, bio }: { readonly handle: string; readonly displayName: string; readonly bio: string | null }) {
  return [`${displayName} (@${handle})`, ...(bio === null ? [] : [bio])].join('\n');
}

function own(message: string, field: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: [field] });
}
