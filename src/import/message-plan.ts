import type { HeldUser, ImportedRow, PendingRow, Settled } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { ConversationRow } from '../group/index.ts';
import type { Inside } from '../log/index.ts';
import type { ImportedMessage, Message } from '../message/index.ts';
import type { Content } from './content.ts';
import { noSide, tooOld, unknownReference } from './line.ts';

/** The root of the thread that each message belongs to, by the message's key. */
export type Roots = ReadonlyMap<string, Pick<Message, 'seq' | 'senderId' | 'replyCount'>>;

interface Given {
  readonly inside: Inside;
  readonly found: ReadonlyMap<string, bigint>;
  readonly stored: ReadonlyMap<string, ImportedRow>;
  readonly roots: Roots;
  readonly senders: ReadonlyMap<bigint, HeldUser>;
  readonly rows: ReadonlyMap<bigint, ConversationRow>;
  readonly shiftTimes: boolean;
}

/** A message to store, with its place in the log. */
interface Planned {
  readonly key: string;
  readonly words: Content['words'];
  readonly refers: { readonly replyToSeq: number | null };
  readonly imported: ImportedMessage;
  readonly at: Date;
}

/** The head of a conversation with the planned messages included. */
interface Head {
  /** Without the planned messages. */
  readonly lastMessageSeq: number;
  readonly seq: number;
  readonly messageSeq: number;
  /** Null if the log is empty. */
  readonly lastAt: Date | null;
}

/**
 * What one commit will store. The commit holds the locks of the conversations, so the seq of each message is known in advance and later
 * messages can refer to it.
 */
export class MessagePlan {
  readonly messages: Planned[] = [];
  /** How many messages are shown later than they were sent. */
  shifted = 0;
  readonly #given: Given;
  readonly #heads = new Map<bigint, Head>();
  readonly #planned = new Map<
    string,
    { readonly seq: number; readonly root: { readonly seq: number; readonly senderId: bigint; readonly replyCount: number } }
  >();

  constructor(given: Given) {
    this.#given = given;
  }

  /** Returns whether a message is stored or planned. */
  has(key: string): boolean {
    return this.#given.stored.has(key) || this.#planned.has(key);
  }

  /**
   * Plans a message. Throws NOT_FOUND (an unknown reference), INVALID_INPUT (sender, sentAt) or CONFLICT (conversation, sender) and then
   * plans nothing.
   */
  add(content: Content): void {
    const { line, key, words } = content;
    this.#requireAll(content.refers);
    const conversationId = this.#idOf(content.conversation);
    const senderId = this.#requireSender(content, conversationId);
    const head = this.#headOf(conversationId);
    const at = this.#timeOf(line.sentAt, head);
    const isRecalled = line.recalledAt !== undefined;
    const seq = head.seq + 1;
    const root = content.thread === null ? null : this.#rootOf(content.thread);
    const reactions = isRecalled ? [] : this.#reactionsOf(content, seq);
    if (at > line.sentAt) this.shifted += 1;
    this.#heads.set(conversationId, { ...head, seq: seq + reactions.length, messageSeq: seq, lastAt: at });
    this.#planned.set(key, { seq, root: root ?? { seq, senderId, replyCount: 0 } });
    this.messages.push({
      ...{ key, words, at },
      refers: { replyToSeq: content.replyTo === null ? null : this.#seqOf(content.replyTo) },
      imported: {
        ...{ conversationId, seq, senderId, reactions, attachments: words.attachments },
        thread: root && { rootSeq: root.seq, rootSenderId: root.senderId, replyCount: root.replyCount },
        mentionIds: isRecalled ? [] : [...new Set(content.mentions.map((user) => this.#idOf(user)))],
        mentionsEveryone: !isRecalled && line.mentionsEveryone === true,
        editedAt: line.editedAt ?? null,
        recalledAt: line.recalledAt ?? null,
      },
    });
  }

  /** Returns the range of each conversation's messages that this commit adds. */
  pending(): readonly PendingRow[] {
    return [...this.#heads].map(([conversationId, { lastMessageSeq, messageSeq }]) => ({
      ...{ conversationId, fromSeq: lastMessageSeq, toSeq: messageSeq },
    }));
  }

  heads(): readonly Settled[] {
    return [...this.#heads].map(([id, { seq: upTo }]) => ({ id, upTo }));
  }

  #requireAll(refers: Content['refers']): void {
    const { found } = this.#given;
    const unknown = refers.find(({ key, what }) => (what === 'message' ? !this.has(key) : !found.has(key)));
    if (unknown !== undefined) throw unknownReference(unknown);
  }

  #idOf(key: string): bigint {
    const id = this.#given.found.get(key);
    if (id === undefined) throw new Error('a reference was not looked up');
    return id;
  }

  #seqOf(key: string): number {
    const seq = this.#planned.get(key)?.seq ?? this.#given.stored.get(key)?.seq;
    if (seq === undefined) throw new Error('a message was not looked up');
    return seq;
  }

  #rootOf(key: string) {
    const root = this.#planned.get(key)?.root ?? this.#given.roots.get(key);
    if (root === undefined) throw new Error('a thread was not looked up');
    return root;
  }

  #requireSender({ sender }: Content, conversationId: bigint): bigint {
    const { rows, senders } = this.#given;
    const senderId = this.#idOf(sender);
    const row = rows.get(conversationId);
    if (row?.dissolvedAt !== null)
      throw new ChatError('CONFLICT', 'This group has been dissolved on this server.', { field: ['conversation'] });
    if (senders.get(senderId)?.erased !== false)
      throw new ChatError('CONFLICT', 'This account has been deleted on this server.', { field: ['sender'] });
    const isOutside = row.directKey !== null && !row.directKey.split(':').includes(String(senderId));
    if (isOutside) throw noSide();
    return senderId;
  }

  #headOf(id: bigint): Head {
    const known = this.#heads.get(id);
    if (known !== undefined) return known;
    const row = this.#given.inside.head(id);
    if (row === null) throw new Error(`stream ${id} does not exist`);
    const { lastSeq: seq, lastMessageSeq, lastAt } = row;
    return { seq, lastMessageSeq, messageSeq: lastMessageSeq, lastAt: seq === 0 ? null : lastAt };
  }

  /** Times must not decrease within a stream: history is entered at a date by binary search. */
  #timeOf(sentAt: Date, { lastAt }: Head): Date {
    if (lastAt === null || sentAt >= lastAt) return sentAt;
    if (this.#given.shiftTimes) return lastAt;
    throw tooOld(lastAt);
  }

  #reactionsOf({ reactions }: Content, seq: number): ImportedMessage['reactions'] {
    // Two users of the file may be the same account here, if they have the same subject. Their equal reactions count once.
    const own = reactions.map(({ emoji, user }) => ({ emoji, userId: this.#idOf(user) }));
    const once = new Map(own.map((reaction) => [`${reaction.emoji} ${reaction.userId}`, reaction]));
    return [...once.values()].map((reaction, place) => ({ ...reaction, entrySeq: seq + 1 + place }));
  }
}
