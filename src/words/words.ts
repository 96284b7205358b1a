import type { WordAction } from './action.ts';
import type { Screen } from './screen.ts';

/** A list of words that users must not write. */
export interface WordList {
  /** 1 to 64 characters of a-z, 0-9, _, . and -. */
  readonly name: string;
  readonly action: WordAction;
  /** False if the list is kept but not in force. */
  readonly enabled: boolean;
  /** Whether a word matches only where it stands alone. In scripts without spaces between words, a word matches anywhere. */
  readonly wholeWords: boolean;
  readonly wordCount: number;
  /** The size of the words, in bytes of UTF-8. */
  readonly bytes: number;
  readonly updatedAt: Date;
  /** The admin who last changed the list, or null for the command. */
  readonly updatedById: bigint | null;
}

/** A change of a list. Absent properties stay as they are, or have their default if the list is new. */
export interface ListChange {
  readonly name: string;
  /** Defaults to REFUSE. */
  readonly action?: WordAction | undefined;
  /** Defaults to true. */
  readonly enabled?: boolean | undefined;
  /** Defaults to true. */
  readonly wholeWords?: boolean | undefined;
  /** All words, which replace those of the list. Required for a new list. Of two words that fold to the same, the first is kept. */
  readonly words?: readonly string[] | undefined;
}

/** The result of changing a list. */
export interface ListChanged {
  readonly list: WordList;
  /** The list before the change, or null if it is new. */
  readonly before: WordList | null;
}

/**
 * The module's interface. `actorId` is the admin who makes the change, or null for the command. Refusals are thrown as ChatError, with
 * `field` named from the options.
 */
export interface BlockedWords extends AsyncDisposable {
  /** The screen of this node, which always compares with the lists in force. The same object for good. */
  readonly screen: Screen;
  /**
   * Reads the lists, and keeps up with changes until disposed of. Throws ChatError UNAVAILABLE if the bus or the database cannot be
   * reached.
   */
  begin(): Promise<void>;
  /** Reads all lists, by name. Throws UNAVAILABLE. */
  lists(): Promise<readonly WordList[]>;
  /** Reads the words of lists, in the order of `names`. The words of a list that does not exist are empty. Throws UNAVAILABLE. */
  words(names: readonly string[]): Promise<readonly (readonly string[])[]>;
  /**
   * Creates or changes a list. The change is in force on this node when the call resolves, and on all others within a second. Throws
   * INVALID_INPUT (name, words, words.N), LIMIT_REACHED (name, words) or UNAVAILABLE.
   */
  set(actorId: bigint | null, change: ListChange): Promise<ListChanged>;
  /** Removes a list and returns it as it was. The removal is in force as with `set`. Throws NOT_FOUND (name) or UNAVAILABLE. */
  remove(actorId: bigint | null, options: { readonly name: string }): Promise<WordList>;
}
