import { LRUCache } from 'lru-cache';
import { blockedWithin } from '../db/index.ts';
import { type Conversation, judge, type Membership, type MembershipRef } from '../group/index.ts';
import { formatHint, streamTopic } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { MessageParts } from './parts.ts';
import { noConversation } from './refusal.ts';

/** Who types where. */
export interface Typing {
  readonly conversationId: bigint;
  readonly typing: boolean;
}

/** What was told of somebody's typing of late. */
interface Told {
  /** When the window began in which so many were told. */
  since: number;
  count: number;
  /** When they were last told to type in each conversation. */
  readonly typing: Map<bigint, number>;
}

// Somebody who goes from one conversation to the next tells of a beginning and an end each time; a client that does so twice a second is broken.
const windowMs = 10_000;
const perWindow = 20;
// Typists whom this node remembers: far more than type at one moment. Of one who is forgotten a repeat is told too soon.
const remembered = 10_000;

/**
 * Passes on who is typing, not more often than those who listen need to hear it, and so often at most for each user. Nothing is stored: whoever hears it
 * forgets it by themselves.
 */
export class TypingTeller {
  readonly #parts: Pick<MessageParts, 'db' | 'groups' | 'bus' | 'config'>;
  readonly #now: () => number;
  /** By user, who was told of last standing last. */
  readonly #told = new LRUCache<bigint, Told>({ max: remembered });

  /** `now`: a clock of the node that never goes back, in ms. */
  constructor(parts: Pick<MessageParts, 'db' | 'groups' | 'bus' | 'config'>, now: () => number = () => performance.now()) {
    this.#parts = parts;
    this.#now = now;
  }

  /** Of who may not write there nobody is told. Throws NOT_FOUND (conversationId). */
  async tell({ userId }: Viewer, { conversationId, typing }: Typing): Promise<void> {
    const { db, groups, bus, config } = this.#parts;
    if (this.#isKnown(userId, { conversationId, typing })) return;
    const [conversation, access] = await this.#partOf({ conversationId, userId });
    const [rights] = conversation.kind === 'GROUP' ? await groups.rights([{ conversation, access }]) : [];
    if (!config.typing || (rights !== undefined && judge('POST', rights) !== 'ALLOWED')) return;
    if (!this.#take(userId, { conversationId, typing })) return;
    // Who has blocked them, or is blocked by them, is not told, and neither knows.
    const except = await blockedWithin(db.client, { conversationId, userId });
    // Not awaited: an answer never waits for the bus.
    void bus.publish(streamTopic(conversationId), formatHint({ kind: 'typing', conversationId, userId, typing, except }));
  }

  async #partOf(ref: MembershipRef): Promise<readonly [Conversation, Membership]> {
    const { groups } = this.#parts;
    const [[conversation], [access]] = await Promise.all([groups.byIds([ref.conversationId]), groups.memberships([ref])]);
    if (!conversation || !access?.shown) throw noConversation();
    return [conversation, access];
  }

  /** Whether those who listen know it, and go on to know it until the next one: half the time after which they forget, so that a lost one is made good. */
  #isKnown(userId: bigint, { conversationId, typing }: Typing): boolean {
    const at = this.#told.get(userId)?.typing.get(conversationId);
    return typing && at !== undefined && this.#now() - at < this.#parts.config.typingMs / 2;
  }

  /** Notes that it is told; false where too much is. What is not told ends by itself, or is told with the next. */
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
