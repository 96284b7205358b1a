import type { Tx } from '../db/index.ts';
import type { BeforeSend } from './before-send.ts';
import type { Secrets } from './secrets.ts';

/** The before-send app, with the secrets that sign its calls. */
export interface BeforeSendRow extends BeforeSend, Secrets {}

// The table has one row at most.
const id = 1;

/** Reads the before-send app. Null: there is none. */
export async function readBeforeSend(tx: Tx): Promise<BeforeSendRow | null> {
  const found = await tx.beforeSend.findUnique({ where: { id } });
  if (found === null) return null;
  const { id: _id, onFailure, conversations, ...row } = found;
  return {
    ...row,
    onFailure: onFailure as BeforeSend['onFailure'],
    conversations: conversations as BeforeSend['conversations'],
  };
}

/** Writes the before-send app, in place of any former one. */
export async function writeBeforeSend(tx: Tx, row: BeforeSendRow): Promise<void> {
  await tx.beforeSend.upsert({ where: { id }, create: { id, ...row }, update: row });
}

/** Removes the before-send app. False: there was none. */
export async function deleteBeforeSend(tx: Tx): Promise<boolean> {
  return (await tx.beforeSend.deleteMany({ where: { id } })).count === 1;
}
