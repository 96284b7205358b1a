import { type AttachedRow, deleteAttached, insertAttached, type Tx } from '../db/index.ts';
import type { EffectKind } from '../log/index.ts';
import type { Attachment } from './attachment.ts';
import type { Message } from './message.ts';

/** What files are told apart by, in the order of their numbers in the database, from 1 on: new ones come last. */
export const attachmentKinds = ['IMAGE', 'VIDEO', 'AUDIO', 'FILE'] as const;

/** What kind of file something is. */
export type AttachmentKind = (typeof attachmentKinds)[number];

/** A message by its place, and what is attached to it. */
export type Attaching = Pick<Message, 'conversationId' | 'seq' | 'attachments'>;

/** By its media type alone: whoever attached it says so, and nobody has looked. */
export function kindOf({ mediaType }: Pick<Attachment, 'mediaType'>): AttachmentKind {
  if (mediaType.startsWith('image/')) return 'IMAGE';
  if (mediaType.startsWith('video/')) return 'VIDEO';
  return mediaType.startsWith('audio/') ? 'AUDIO' : 'FILE';
}

/** A kind as rows have it. */
export function kindNumber(kind: AttachmentKind): number {
  return attachmentKinds.indexOf(kind) + 1;
}

/** What is to be entered of a message, once for each kind of what is attached to it. */
export function attachedRows({ conversationId, seq, attachments }: Attaching): readonly AttachedRow[] {
  const kinds = new Set(attachments.map(kindOf));
  return [...kinds].map((kind) => ({ conversationId, seq, kind: kindNumber(kind) }));
}

/** Enters what new messages have attached. */
export const newAttached: EffectKind<Attaching> = {
  name: 'attached',
  write: (tx, messages) => insertAttached(tx, messages.flatMap(attachedRows)),
};

/** Enters what a message has attached in place of what was entered of it. */
export async function replaceAttached(tx: Tx, message: Attaching): Promise<void> {
  await deleteAttached(tx, message.conversationId, [message.seq]);
  await insertAttached(tx, attachedRows(message));
}
