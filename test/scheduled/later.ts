import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import type { ScheduledMessage } from '../../src/scheduled/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { uuidBytes } from '../../src/uuid.ts';

/** The input of a scheduled message. */
export type Wanted = Parameters<Chat['scheduled']['schedule']>[1];

/** An hour from now, or so many ms. */
export function ahead(ms = 3_600_000): Date {
  return new Date(Date.now() + ms);
}

/** A message to be sent in an hour, under a clientMessageId of its own. */
export function wanted(conversationId: bigint, text: string, more: Partial<Wanted> = {}): Wanted {
  return { conversationId, clientMessageId: randomUUID(), text, sendAt: ahead(), ...more };
}

/** Schedules a message. Fails if it was sent already. */
export async function leave(chat: Chat, viewer: Viewer, what: Wanted): Promise<ScheduledMessage> {
  const { scheduled } = await chat.scheduled.schedule(viewer, what);
  if (scheduled === null) throw new Error('it was said already');
  return scheduled;
}

/** Moves the time of scheduled messages into the past. */
export async function timeComes(db: Db, ...ids: readonly string[]): Promise<void> {
  const past = ahead(-1_000);
  await db.transaction(async (tx) => {
    for (const id of ids) {
      await tx.scheduledMessage.updateMany({ where: { id: uuidBytes(id) }, data: { sendAt: past } });
      await tx.job.updateMany({ where: { kind: 'ScheduledMessageDue', key: id }, data: { dueAt: past } });
    }
  });
}

/** The texts of a conversation's messages, in order. */
export async function said(db: Db, conversationId: bigint): Promise<readonly string[]> {
  const rows = await db.client.message.findMany({ where: { conversationId }, orderBy: { seq: 'asc' } });
  return rows.map(({ text }) => text);
}

/** The code and field of a refusal, as a text. */
export async function refusal(act: Promise<unknown>): Promise<string> {
  const error: unknown = await act.then(
    () => 'nothing was refused',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ChatError);
  const { code, field = [] } = error as ChatError;
  return [code, ...field].join(' ');
}
