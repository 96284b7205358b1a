import type { Message } from '../message/index.ts';
import type { Item, ItemAction, ItemKind, ItemState, Report, ReportCounts } from '../queue/index.ts';
import type { DeletedMessages } from '../user/index.ts';

/** What an admin may decide. */
export type Decision = Exclude<ItemAction, 'ERASED'>;

/** A part of a list; `key` is an item's place in it. */
export interface Listed<T> {
  readonly items: readonly { readonly item: T; readonly key: string }[];
  readonly hasNextPage: boolean;
}

/** Which part. */
export interface Part {
  readonly first: number;
  readonly after?: string | undefined;
}

/** What admins do about what is in the queue. `actorId`: the admin, null for the command line. Refusals are thrown as ChatError with `field` named from the options. */
export interface Moderation {
  /** Items of a state, of one kind or all: open ones the oldest first, resolved ones the newest first. Throws UNAVAILABLE. */
  queue(page: Part & { readonly state: ItemState; readonly kind?: ItemKind | null | undefined }): Promise<Listed<Item>>;
  /** Items in the order asked for; null where there is none. Throws UNAVAILABLE. */
  byIds(ids: readonly string[]): Promise<readonly (Item | null)[]>;
  /** What is said of items, counted, in the order asked for. Throws UNAVAILABLE. */
  counts(items: readonly Item[]): Promise<readonly ReportCounts[]>;
  /** What is said of an item, the newest first. Throws UNAVAILABLE. */
  reports(item: Item, page: Part): Promise<Listed<Report>>;
  /** The messages of items as they stand, in the order asked for; null of what is none. Throws UNAVAILABLE. */
  messages(items: readonly Item[]): Promise<readonly (Message | null)[]>;
  /**
   * The messages around one that users have reported, oldest first and it among them: five before and five after it, of what one of them could read. Empty where
   * nobody but the lists of words has named it. Throws UNAVAILABLE.
   */
  context(item: Item): Promise<readonly Message[]>;
  /**
   * Decides on an item; REMOVE_MESSAGE takes the message back, for everyone. Who decides the same again is answered as before. Throws NOT_FOUND (itemId), CONFLICT
   * (itemId) where another has decided, INVALID_INPUT (action, note), UNAVAILABLE.
   */
  resolve(
    actorId: bigint | null,
    options: { readonly itemId: string; readonly action: Decision; readonly note?: string | null | undefined },
  ): Promise<Item>;
  /** Forgets an item whose time is over. Done again, it finds nothing. Throws UNAVAILABLE. */
  over(ref: { readonly itemId: string }): Promise<void>;
  /** Takes an erased account out of the queue. Done again, it finds nothing. Throws UNAVAILABLE. */
  eraseAll(userId: bigint, messages: DeletedMessages): Promise<void>;
}
