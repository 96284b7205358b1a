import type { Tx } from '../db/index.ts';
import type { BeforeSend } from './before-send.ts';

/** Who is asked, with what signs. */
export interface BeforeSendRow extends BeforeSend {
  readonly secret: string;
}

// There is one, or none.
const id = 1;

/** Who is asked; null: nobody. */
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

/** Puts it in place of whoever was asked. */
export async function writeBeforeSend(tx: Tx, row: BeforeSendRow): Promise<void> {
  await tx.beforeSend.upsert({ where: { id }, create: { id, ...row }, update: row });
}

/** Nobody is asked; false: nobody was. */
export async function deleteBeforeSend(tx: Tx): Promise<boolean> {
  return (await tx.beforeSend.deleteMany({ where: { id } })).count === 1;
}
