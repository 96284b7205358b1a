import { type Data, type NewData, requireData, requireFitting } from '../data.ts';
import { blockedWithin } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { formatHint, streamTopic } from '../log/index.ts';
import { requireUnsuspended, type Viewer } from '../user/index.ts';
import type { MessageParts } from './parts.ts';
import { postRefusal } from './post-refusal.ts';
import { noConversation } from './refusal.ts';
import { SignalPace } from './signal-pace.ts';

/** A signal, as a client sends it. */
export interface Signal {
  readonly conversationId: bigint;
  /** The kind of signal. Clients agree on the names. */
  readonly name: string;
  readonly data: NewData | null | undefined;
  /** Members who get it, besides the sender's own devices; absent: all. */
  readonly recipientIds: readonly bigint[] | undefined;
}

type Parts = Pick<MessageParts, 'db' | 'groups' | 'bus' | 'config'>;

/** Who gets a signal. */
interface Reach {
  /**
   * The conversation's lastSeq when its members were read. A node delivers the signal only once its channel has reached this seq, so
   * members who had left by then do not get it.
   */
  readonly seq: number;
  readonly only: readonly bigint[] | null;
  /** Users who do not get it. */
  readonly except: readonly bigint[];
}

const namePattern = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
// The same as the number of mentions by name in a message.
const maxRecipients = 50;

/**
 * Passes signals on to the connected recipients. Nothing is stored. The signals of a user are published in the order in which this node
 * received them, even if the checks take different times.
 */
export class SignalTeller {
  readonly #parts: Parts;
  readonly #pace: SignalPace;
  /** For users with signals under way: resolves when the last one is published or refused. */
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
      // Not awaited: an answer never waits for the bus. A signal has no number by which a second one would be recognised.
      void this.#parts.bus.publish(streamTopic(conversationId), hint, { once: true });
    });
    this.#keep(userId, gone);
    await gone;
  }

  /** Returns the result of the checks, once the user's earlier signals are out. */
  async #behind<T>(userId: bigint, finding: Promise<T>): Promise<T> {
    // Both are awaited from the start. Otherwise an early rejection of `finding` would count as unhandled.
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
    const { db, groups } = this.#parts;
    const refs = [userId, ...(recipientIds ?? [])].map((memberId) => ({ conversationId, userId: memberId }));
    const [[conversation], [access, ...recipients]] = await Promise.all([
      groups.byIds([conversationId]),
      groups.memberships(refs),
      this.#requireUnsuspended(userId),
    ]);
    if (!conversation || !access?.shown) throw noConversation();
    // In a direct conversation a block is a refusal already.
    const [refusal, except] = await Promise.all([
      postRefusal(this.#parts, conversation, access),
      conversation.sides === null ? blockedWithin(db.client, { conversationId, userId }) : [],
    ]);
    if (refusal !== null) throw refusal;
    const missing = recipients.indexOf(null);
    if (missing >= 0)
      throw new ChatError('NOT_FOUND', 'This user is not in the conversation.', { field: ['recipientIds', String(missing)] });
    return { seq: conversation.lastSeq, only: recipientIds ?? null, except };
  }

  async #requireUnsuspended(userId: bigint): Promise<void> {
    const { db } = this.#parts;
    const sender = await db.client.user.findUnique({ where: { id: userId }, select: { suspendedUntil: true } });
    // Almost nobody has a suspension, so the time is rarely needed.
    if (sender !== null && sender.suspendedUntil !== null) requireUnsuspended(sender, await db.now());
  }
}

/** Returns a signal's data as it is sent. Throws what can be checked without the database and the rate limit. */
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
