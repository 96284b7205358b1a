import { selectEach, sql, type Tx } from '../db/index.ts';
import { isAllowed, type Membership, type Rights } from '../group/index.ts';
import { parseAttachments } from '../log/index.ts';
import type { Edit, EditsRequest, Message, Part } from './message.ts';
import { maxSeq } from './store.ts';
import { firstSeen } from './target.ts';

/**
 * Whether a member may see earlier versions of a message. The sender may, and members with the right SEE_EDITS, as long as they see the
 * message itself. `rights` are the member's in a group; null in a direct conversation.
 */
export function maySeeEdits(access: Membership, { seq, senderId }: Message, rights: Rights | null): boolean {
  if (seq < firstSeen(access)) return false;
  return access.userId === senderId || (rights !== null && isAllowed('SEE_EDITS', rights));
}

interface Row {
  readonly text: string;
  readonly attachments: string | null;
  readonly data: string | null;
  readonly seq: bigint | number;
  readonly editedAt: Date | string;
}

/** Returns earlier versions of messages, newest first, for each page asked for. */
export async function listEdits(tx: Tx, requests: readonly EditsRequest[]): Promise<readonly Part<Edit>[]> {
  const found = await selectEach<EditsRequest, Row>(tx, requests, ({ conversationId, seq, first, after = maxSeq }) => {
    return sql`SELECT text, attachments, data, seq, editedAt FROM MessageEdit
      WHERE conversationId = ${conversationId} AND messageSeq = ${seq} AND seq < ${after} ORDER BY seq DESC LIMIT ${first + 1}`;
  });
  return requests.map(({ first }, place) => {
    const edits = (found[place] ?? []).map(editOf).sort((one, other) => other.seq - one.seq);
    return { items: edits.slice(0, first), hasNextPage: edits.length > first };
  });
}

function editOf({ text, attachments, data, seq, editedAt }: Row): Edit {
  return {
    text,
    attachments: parseAttachments(attachments),
    data,
    seq: Number(seq),
    editedAt: editedAt instanceof Date ? editedAt : new Date(editedAt),
  };
}
