import { ChatError } from '../errors.ts';

/** Counts the conversations that the subscriptions of each user follow on a node, because each takes memory. */
export interface Followed {
  /**
   * Counts the conversations of one more subscription. Throws LIMIT_REACHED, and does not count them, if there are too many together with
   * those of the user's other subscriptions. The first subscription may have any number: bots can be in any number of groups.
   */
  add(userId: bigint, conversations: number): void;
  /** Takes the conversations of a subscription from the count. */
  remove(userId: bigint, conversations: number): void;
}

/** Creates the count. `most`: config MAX_FOLLOWED. */
export function createFollowed(most: number): Followed {
  const counts = new Map<bigint, number>();

  return {
    add(userId, conversations) {
      const others = counts.get(userId) ?? 0;
      if (others > 0 && others + conversations > most) {
        throw new ChatError(
          'LIMIT_REACHED',
          `All your subscriptions together can follow at most ${most} conversations on a node. End one before you open another.`,
        );
      }
      if (conversations > 0) counts.set(userId, others + conversations);
    },
    remove(userId, conversations) {
      const left = (counts.get(userId) ?? 0) - conversations;
      if (left > 0) counts.set(userId, left);
      else counts.delete(userId);
    },
  };
}
