import { formatHint, streamTopic } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { MessageParts } from './parts.ts';
import { noConversation } from './refusal.ts';

/** Who types where. */
export interface Typing {
  readonly conversationId: bigint;
  readonly typing: boolean;
}

// What is remembered of who typed when: for those few who type at one moment on one node, many times over.
const remembered = 10_000;

/** Passes on who is typing, not more often than those who listen need to hear it. Nothing is stored: whoever hears it forgets it by themselves. */
export class TypingTeller {
  readonly #parts: MessageParts;
  /** When each was last told that they type, by the node's clock, oldest first. */
  readonly #told = new Map<string, number>();

  constructor(parts: MessageParts) {
    this.#parts = parts;
  }

  /** Throws NOT_FOUND (conversationId). */
  async tell({ userId }: Viewer, { conversationId, typing }: Typing): Promise<void> {
    const { groups, bus, config } = this.#parts;
    const key = `${conversationId}:${userId}`;
    const now = performance.now();
    const told = this.#told.get(key);
    // Half the time after which it is forgotten: one that is lost is made good by the next.
    if (typing && told !== undefined && now - told < config.typingMs / 2) return;
    const [access] = await groups.memberships([{ conversationId, userId }]);
    if (!access?.shown) throw noConversation();
    this.#told.delete(key);
    if (typing) this.#told.set(key, now);
    if (this.#told.size > remembered) for (const oldest of this.#told.keys()) return void this.#told.delete(oldest);
    // Not awaited: an answer never waits for the bus.
    void bus.publish(streamTopic(conversationId), formatHint({ kind: 'typing', conversationId, userId, typing }));
  }
}
