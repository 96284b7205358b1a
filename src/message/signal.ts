import { type Data, type NewData, requireData, requireFitting } from '../data.ts';
import { blockedWithin } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { type Conversation, type Membership, requireMay } from '../group/index.ts';
import { formatHint, streamTopic } from '../log/index.ts';
import { addressing, requireUnsuspended, unwelcome, type Viewer } from '../user/index.ts';
import type { MessageParts } from './parts.ts';
import { noConversation } from './refusal.ts';
import { SignalPace } from './signal-pace.ts';

/** What a client tells others. */
export interface Signal {
  readonly conversationId: bigint;
  /** What kind of signal it is: clients agree on names. */
  readonly name: string;
  readonly data: NewData | null | undefined;
  /** Members who are told beside the sender's own devices; absent: all. */
  readonly recipientIds: readonly bigint[] | undefined;
}

type Parts = Pick<MessageParts, 'db' | 'groups' | 'bus' | 'config'>;

/** Where and to whom it goes. */
interface Reach {
  /** How far the conversation had got when its members were looked at: who hears it has heard of those who were out by then. */
  readonly seq: number;
  readonly only: readonly bigint[] | null;
  /** Who is not told. */
  readonly except: readonly bigint[];
}

const namePattern = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
// As many as a message mentions by name.
const maxRecipients = 50;

/**
 * Passes signals on to who is connected, for whom they are. Nothing is stored. Those of one user go out in the order in which they came to this node, however long it
 * takes to find out whether each may.
 */
export class SignalTeller {
  readonly #parts: Parts;
  readonly #pace: SignalPace;
  /** Of users who tell something just now: resolves when their last has gone out, or was refused. */
  readonly #last = new Map<bigint, Promise<unknown>>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#pace = new SignalPace(parts.config);
  }

  /** Throws as Messages.sendSignal says. */
  async tell({ userId }: Viewer, signal: Signal): Promise<void> {
    const data = requireSignal(signal, this.#parts.config);
    this.#pace.take(userId);
    const { conversationId, name } = signal;
    const reach = this.#reachOf(userId, signal);
    const gone = this.#behind(userId, reach).then(({ seq, only, except }) => {
      const hint = formatHint({ kind: 'signal', conversationId, userId, name, data, sentAt: new Date(), seq, only, except });
      // Not awaited: an answer never waits for the bus.
      void this.#parts.bus.publish(streamTopic(conversationId), hint);
    });
    this.#keep(userId, gone);
    await gone;
  }

  /** What is being found out, once what the user told before is out. */
  async #behind<T>(userId: bigint, finding: Promise<T>): Promise<T> {
    // Waited for at once: a refusal that comes meanwhile is nobody's yet.
    const [found] = await Promise.allSettled([finding, this.#last.get(userId)]);
    if (found.status === 'rejected') throw found.reason;
    return found.value;
  }

  #keep(userId: bigint, gone: Promise<void>): void {
    const settled = gone.catch(() => undefined);
    this.#last.set(userId, settled);
    void settled.then(() => {
      if (this.#last.get(userId) === settled) this.#last.delete(userId);
    });
  }

  async #reachOf(userId: bigint, { conversationId, recipientIds }: Signal): Promise<Reach> {
    const { groups } = this.#parts;
    const refs = [userId, ...(recipientIds ?? [])].map((memberId) => ({ conversationId, userId: memberId }));
    const [[conversation], [access, ...recipients]] = await Promise.all([
      groups.byIds([conversationId]),
      groups.memberships(refs),
      this.#requireUnsuspended(userId),
    ]);
    if (!conversation || !access?.shown) throw noConversation();
    const except = await this.#requireWelcome(conversation, access);
    const missing = recipients.indexOf(null);
    if (missing >= 0)
      throw new ChatError('NOT_FOUND', 'This user is not in the conversation.', { field: ['recipientIds', String(missing)] });
    return { seq: conversation.lastSeq, only: recipientIds ?? null, except };
  }

  async #requireUnsuspended(userId: bigint): Promise<void> {
    const { db } = this.#parts;
    const sender = await db.client.user.findUnique({ where: { id: userId }, select: { suspendedUntil: true } });
    // What time it is need not be asked of nearly everybody.
    if (sender !== null && sender.suspendedUntil !== null) requireUnsuspended(sender, await db.now());
  }

  /** Who is not told, though they are there. Throws what is said to who may not write there. */
  async #requireWelcome(conversation: Conversation, access: Membership): Promise<readonly bigint[]> {
    const { db, groups } = this.#parts;
    const { userId } = access;
    const field = ['conversationId'];
    if (conversation.sides !== null) {
      const peerId = conversation.sides.find((side) => side !== userId) ?? userId;
      const [why = null] = await addressing.read(db.client, [{ fromId: userId, toId: peerId }]);
      if (why !== null) throw unwelcome(why, ...field);
      return [];
    }
    const [[rights], except] = await Promise.all([
      groups.rights([{ conversation, access }]),
      blockedWithin(db.client, { conversationId: conversation.id, userId }),
    ]);
    if (rights !== undefined) requireMay('POST', rights, field);
    return except;
  }
}

/** A signal's data as it goes out. Throws what asks neither the database nor how often. */
function requireSignal({ name, data: wanted, recipientIds = [] }: Signal, { maxSignalBytes }: Parts['config']): Data {
  if (maxSignalBytes === 0) throw new ChatError('FORBIDDEN', 'Signals are turned off on this server.');
  if (!namePattern.test(name)) {
    throw new ChatError('INVALID_INPUT', 'A signal’s name must be 1 to 64 characters of `a-z A-Z 0-9 _ . -` and start with a letter.', {
      field: ['name'],
    });
  }
  const data = requireData(wanted);
  requireFitting(data, { maxDataBytes: maxSignalBytes });
  if (recipientIds.length > maxRecipients) {
    throw new ChatError(
      'INVALID_INPUT',
      `A signal can name at most ${maxRecipients} recipients. Leave them out to send it to all members.`,
      {
        field: ['recipientIds'],
      },
    );
  }
  return data;
}
