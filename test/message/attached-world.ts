import pino from 'pino';
import { expect } from 'vitest';
import type { Tx } from '../../src/db/index.ts';
import type { Membership } from '../../src/group/index.ts';
import { type AttachmentKind, attachmentKinds, type Message, type NewAttachment } from '../../src/message/index.ts';
import { createRetention } from '../../src/retention/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, type TalkWorld } from '../group/talk-world.ts';
import { age } from '../retention/age.ts';

const types = { p: 'image/png', f: 'video/mp4', s: 'audio/webm;codecs=opus', t: 'text/plain', x: 'application/image' } as const;
const kinds = { p: 'IMAGE', f: 'VIDEO', s: 'AUDIO', t: 'FILE', x: 'FILE' } as const;
type Letter = keyof typeof types;

/** Letters for kinds of files: a picture, a video, an audio, a text, and another file. */
export const letters = Object.keys(types) as Letter[];

/** Files, each named by the letter of its kind and a suffix. */
export function files(...names: readonly string[]): readonly NewAttachment[] {
  return names.map((name) => ({ url: `https://example.org/${name}`, mediaType: types[name[0] as Letter], name }));
}

function isOf(name: string, wanted: readonly AttachmentKind[]): boolean {
  return wanted.includes(kinds[name[0] as Letter]);
}

/** Reads the attachments of a world's conversations. */
export interface AttachedWorld {
  attach(viewer: Viewer, conversationId: bigint, ...names: readonly string[]): Promise<Message>;
  /** A viewer's list, read in pages of a size: the names, those of one message joined by +. */
  listed(viewer: Viewer, conversationId: bigint, wanted?: readonly AttachmentKind[], first?: number): Promise<string>;
  /** The same, computed from the whole history. */
  counted(viewer: Viewer, conversationId: bigint, wanted: readonly AttachmentKind[]): Promise<string>;
  /** The viewer's membership, and the head of the conversation. */
  accessOf(viewer: Viewer, conversationId: bigint): Promise<{ readonly access: Membership; readonly upTo: number }>;
  /** The rows of a conversation in the list, as seq:kind. */
  entered(conversationId: bigint): Promise<readonly string[]>;
  /** The rows that the list should have. */
  toBeEntered(conversationId: bigint): Promise<readonly string[]>;
  /** Runs retention on a conversation up to a seq. */
  trim(conversationId: bigint, upTo: number): Promise<void>;
  /** Writes as a node does that does not know the list. */
  behind(write: (tx: Tx) => Promise<unknown>): Promise<void>;
}

/** Makes the reader of a world. */
export function attachedOn(world: TalkWorld): AttachedWorld {
  async function accessOf(viewer: Viewer, conversationId: bigint) {
    const [access, heads] = await Promise.all([world.access(viewer, conversationId), world.log.heads([conversationId])]);
    if (access === null) throw new Error('they have no access');
    return { access, upTo: heads.get(conversationId)?.lastSeq ?? 0 };
  }

  return {
    accessOf,
    attach: (viewer, conversationId, ...names) =>
      world.messages.send(viewer, { conversationId, clientMessageId: freshKey(), text: 'look', attachments: files(...names) }),
    async listed(viewer, conversationId, wanted = attachmentKinds, first = 100) {
      const { access, upTo } = await accessOf(viewer, conversationId);
      const found: { readonly seq: number; readonly name: string | null }[] = [];
      for (let [after, goesOn] = [undefined as { seq: number; place: number } | undefined, true]; goesOn; ) {
        const { items, hasNextPage } = await world.messages.attached(access, { kinds: wanted, first, upTo, after });
        found.push(...items.map(({ message: { seq }, attachment: { name } }) => ({ seq, name })));
        expect(items.length).toBeLessThanOrEqual(first);
        const last = items.at(-1);
        if (last !== undefined) after = { seq: last.message.seq, place: last.place };
        goesOn = hasNextPage;
        if (goesOn) expect(items).toHaveLength(first);
        // Otherwise a cursor that leads nowhere would loop for ever.
        expect(found.length).toBeLessThan(1_000);
      }
      const messages = [...Map.groupBy(found, ({ seq }) => seq).values()];
      return messages.map((own) => own.map(({ name }) => name).join('+')).join(' ');
    },
    async counted(viewer, conversationId, wanted) {
      const { access } = await accessOf(viewer, conversationId);
      const { items, hasNextPage } = await world.messages.messages(access, { first: 100 });
      expect(hasNextPage).toBe(false);
      const named = items.map(({ attachments }) => attachments.map(({ name }) => name ?? '').filter((name) => isOf(name, wanted)));
      return named
        .filter((own) => own.length > 0)
        .map((own) => own.join('+'))
        .toReversed()
        .join(' ');
    },
    async entered(conversationId) {
      const rows = await world.db.client.attachedMessage.findMany({ where: { conversationId } });
      return rows.map(({ seq, kind }) => `${seq}:${attachmentKinds[kind - 1]}`).toSorted();
    },
    async toBeEntered(conversationId) {
      const rows = await world.db.client.message.findMany({ where: { conversationId }, select: { conversationId: true, seq: true } });
      const messages = (await world.messages.byRefs(rows)).filter((message) => message !== null);
      const pairs = messages.flatMap(({ seq, attachments }) => attachments.map(({ name }) => `${seq}:${kinds[name?.[0] as Letter]}`));
      return [...new Set(pairs)].toSorted();
    },
    async trim(conversationId, upTo) {
      await age(world.db, conversationId, { upTo, days: 31 });
      const config = { historyDays: 30, accountLogDays: 0, roles: ['worker' as const] };
      await using retention = createRetention({ db: world.db, log: world.log, logger: pino({ level: 'silent' }), config });
      await retention.round({ after: conversationId - 1n }, new AbortController().signal);
    },
    async behind(write) {
      await world.db.transaction(write);
    },
  };
}
