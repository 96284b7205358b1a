import { type AttachedRow, deleteAttached, insertAttached, type Tx } from '../db/index.ts';
import type { EffectKind } from '../log/index.ts';
import type { Attachment } from './attachment.ts';
import type { Message } from './message.ts';

/** The kinds of attachments, in the order of their numbers in the database, from 1. New kinds must be added at the end. */
export const attachmentKinds = ['IMAGE', 'VIDEO', 'AUDIO', 'FILE'] as const;

/** The kind of an attachment. */
export type AttachmentKind = (typeof attachmentKinds)[number];

/** A message's key and its attachments. */
export type Attaching = Pick<Message, 'conversationId' | 'seq' | 'attachments'>;

/** Returns the kind of an attachment, by its media type alone. The sender declares the media type; nobody has looked at the file. */
export function kindOf({ mediaType }: Pick<Attachment, 'mediaType'>): AttachmentKind {
  if (mediaType.startsWith('image/')) return 'IMAGE';
  if (mediaType.startsWith('video/')) return 'VIDEO';
  return mediaType.startsWith('audio/') ? 'AUDIO' : 'FILE';
}

/** Returns the number of a kind in the database. */
export function kindNumber(kind: AttachmentKind): number {
  return attachmentKinds.indexOf(kind) + 1;
}

/** Returns the rows for a message: one for each kind among its attachments. */
export function attachedRows({ conversationId, seq, attachments }: Attaching): readonly AttachedRow[] {
  const kinds = new Set(attachments.map(kindOf));
  return [...kinds].map((kind) => ({ conversationId, seq, kind: kindNumber(kind) }));
}

/** Inserts the rows for new messages with attachments. */
export const newAttached: EffectKind<Attaching> = {
  name: 'attached',
  write: (tx, messages) => insertAttached(tx, messages.flatMap(attachedRows)),
};

/** Replaces the rows of a message by those for its current attachments. */
export async function replaceAttached(tx: Tx, message: Attaching): Promise<void> {
  await deleteAttached(tx, message.conversationId, [message.seq]);
  await insertAttached(tx, attachedRows(message));
}
