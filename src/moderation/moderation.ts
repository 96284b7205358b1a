import type { Message } from '../message/index.ts';
import type { Listed, ListRequest } from '../page.ts';
import type { Item, ItemAction, ItemKind, ItemState, Report, ReportCounts } from '../queue/index.ts';
import type { DeletedMessages } from '../user/index.ts';

/** The actions that an admin can decide on. */
export type Decision = Exclude<ItemAction, 'ERASED'>;

/**
 * What admins do with the queue. `actorId` is the admin, or null for the command. Refusals are thrown as ChatError, with `field` named from
 * the options.
 */
export interface Moderation {
  /** Reads items in a state, of one kind or of all. Open items come oldest first, resolved items newest first. Throws UNAVAILABLE. */
  queue(
    page: ListRequest & { readonly state: ItemState; readonly kind?: ItemKind | null | undefined },
  ): Promise<Listed<{ readonly item: Item }>>;
  /** Reads items in the order of `ids`, null where there is none. Throws UNAVAILABLE. */
  byIds(ids: readonly string[]): Promise<readonly (Item | null)[]>;
  /** Counts the reports of items, in the order of `items`. Throws UNAVAILABLE. */
  counts(items: readonly Item[]): Promise<readonly ReportCounts[]>;
  /** Reads the reports of an item, newest first. Throws UNAVAILABLE. */
  reports(item: Item, page: ListRequest): Promise<Listed<{ readonly item: Report }>>;
  /**
   * Reads the messages that items are about in their current state, in the order of `items`. Null for an item that is not about a message.
   * Throws UNAVAILABLE.
   */
  messages(items: readonly Item[]): Promise<readonly (Message | null)[]>;
  /**
   * Reads the messages around a reported one, oldest first and including it: five before and five after it, among those that at least one
   * reporter could read. Empty if no user has reported it, only the lists of blocked words. Throws UNAVAILABLE.
   */
  context(item: Item): Promise<readonly Message[]>;
  /**
   * Resolves an item. REMOVE_MESSAGE recalls the message for everyone. Repeating a decision has no effect and returns the item. Throws
   * NOT_FOUND (itemId), CONFLICT (itemId) if the item was resolved otherwise, INVALID_INPUT (action, note) or UNAVAILABLE.
   */
  resolve(
    actorId: bigint | null,
    options: { readonly itemId: string; readonly action: Decision; readonly note?: string | null | undefined },
  ): Promise<Item>;
  /** Removes an item that has been kept long enough. Repeating it has no effect. Throws UNAVAILABLE. */
  over(ref: { readonly itemId: string }): Promise<void>;
  /**
   * Removes an erased account from the queue, some items at a time. If it runs again, it continues where it stopped. Throws UNAVAILABLE, or
   * the reason with which `signal` was aborted.
   */
  eraseAll(userId: bigint, options: { readonly messages: DeletedMessages; readonly signal: AbortSignal }): Promise<void>;
}
