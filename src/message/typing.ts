import { LRUCache } from 'lru-cache';
import { blockedWithin } from '../db/index.ts';
import type { Conversation, Membership, MembershipRef } from '../group/index.ts';
import { formatHint, streamTopic } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { MessageParts } from './parts.ts';
import { postRefusal } from './post-refusal.ts';
import { noConversation } from './refusal.ts';

/** A typing notification: a conversation, and whether the viewer is typing there. */
export interface Typing {
  readonly conversationId: bigint;
  readonly typing: boolean;
}

/** What was recently published about a user's typing. */
interface Told {
  /** The start of the window in which `count` were published. */
  since: number;
  count: number;
  /** By conversation, when it was last published that the user is typing. */
  readonly typing: Map<bigint, number>;
}

// Enough for a change of conversation every second, with a notification for its start and one for its end. A client that sends more is
// broken.
const windowMs = 10_000;
const perWindow = 20;
// How many users are remembered: far more than type at one moment. For a user who is evicted, a repetition is published too soon.
const remembered = 10_000;

/**
 * Publishes who is typing. Repetitions are left out while listeners still know, and each user is limited. Nothing is stored: receivers let
 * it expire by themselves.
 */
export class TypingTeller {
  readonly #parts: Pick<MessageParts, 'db' | 'groups' | 'bus' | 'config'>;
  readonly #now: () => number;
  /** By user and conversation, the newest notification, while it is checked. */
  readonly #newest = new Map<string, Typing>();
  /** By user, the most recently used last. */
  readonly #told = new LRUCache<bigint, Told>({ max: remembered });

  /** `now` is a monotonic clock, in ms. */
  constructor(parts: Pick<MessageParts, 'db' | 'groups' | 'bus' | 'config'>, now: () => number = () => performance.now()) {
    this.#parts = parts;
    this.#now = now;
  }

  /** Publishes nothing for a user who may not post there. Throws NOT_FOUND (conversationId). */
  async tell({ userId }: Viewer, told: Typing): Promise<void> {
    const place = `${userId} ${told.conversationId}`;
    this.#newest.set(place, told);
    try {
      // Requests that a client sends at once are checked at once. The end of typing must not be followed by its beginning.
      await this.#check(userId, told, () => this.#newest.get(place) === told);
    } finally {
      if (this.#newest.get(place) === told) this.#newest.delete(place);
    }
  }

  async #check(userId: bigint, told: Typing, isNewest: () => boolean): Promise<void> {
    const { db, bus, config } = this.#parts;
    if (this.#isKnown(userId, told)) return;
    const { conversationId, typing } = told;
    const [conversation, access] = await this.#partOf({ conversationId, userId });
    if (!config.typing || (await postRefusal(this.#parts, conversation, access)) !== null) return;
    // Members who have blocked the typist, or are blocked by them, get nothing, and neither side can tell. In a direct conversation a block
    // is a refusal already.
    const except = conversation.sides === null ? await blockedWithin(db.client, { conversationId, userId }) : [];
    if (!isNewest() || !this.#take(userId, told)) return;
    // Not awaited: an answer never waits for the bus.
    void bus.publish(streamTopic(conversationId), formatHint({ kind: 'typing', conversationId, userId, typing, except }));
  }

  async #partOf(ref: MembershipRef): Promise<readonly [Conversation, Membership]> {
    const { groups } = this.#parts;
    const [[conversation], [access]] = await Promise.all([groups.byIds([ref.conversationId]), groups.memberships([ref])]);
    if (!conversation || !access?.shown) throw noConversation();
    return [conversation, access];
  }

  /**
   * Whether listeners know already, and will until the next repetition. Half of the time after which they forget, so that one lost
   * notification does no harm.
   */
  #isKnown(userId: bigint, { conversationId, typing }: Typing): boolean {
    const at = this.#told.get(userId)?.typing.get(conversationId);
    return typing && at !== undefined && this.#now() - at < this.#parts.config.typingMs / 2;
  }

  /**
   * Counts a notification; false if there were too many. One that is left out does no harm: it expires by itself, or the next one says the
   * same.
   */
  #take(userId: bigint, { conversationId, typing }: Typing): boolean {
    const now = this.#now();
    const known = this.#told.get(userId);
    const told = known !== undefined && now - known.since < windowMs ? known : { since: now, count: 0, typing: recent(known, now) };
    if (told.count >= perWindow) return false;
    told.count += 1;
    if (typing) told.typing.set(conversationId, now);
    else told.typing.delete(conversationId);
    this.#told.set(userId, told);
    return true;
  }
}

function recent(told: Told | undefined, now: number): Map<bigint, number> {
  return new Map([...(told?.typing ?? [])].filter(([, at]) => now - at < windowMs));
}
