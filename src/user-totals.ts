import { ChatError } from './errors.ts';

/** Counts, for each user, what their subscriptions take of a node's memory. */
export interface UserTotals {
  /**
   * Counts so many more of one subscription. Throws LIMIT_REACHED, and does not count them, if they are too many together with those of the
   * user's other subscriptions. The first subscription may have any number.
   */
  add(userId: bigint, count: number): void;
  /** Takes those of a subscription from the count. */
  remove(userId: bigint, count: number): void;
}

/** Creates the count, with the most that all subscriptions of a user may have together, and the message for one that would have more. */
export function createUserTotals({ most, refusal }: { readonly most: number; readonly refusal: string }): UserTotals {
  const totals = new Map<bigint, number>();

  return {
    add(userId, count) {
      const others = totals.get(userId) ?? 0;
      if (others > 0 && others + count > most) throw new ChatError('LIMIT_REACHED', refusal);
      if (count > 0) totals.set(userId, others + count);
    },
    remove(userId, count) {
      const left = (totals.get(userId) ?? 0) - count;
      if (left > 0) totals.set(userId, left);
      else totals.delete(userId);
    },
  };
}
