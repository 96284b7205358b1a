import type { WordAction } from './action.ts';
import type { Screen } from './screen.ts';

/** A list of words that people are not to use. */
export interface WordList {
  /** 1 to 64 of a-z, 0-9, _, . and -. */
  readonly name: string;
  readonly action: WordAction;
  /** False: it is kept, and nobody heeds it. */
  readonly enabled: boolean;
  /** Whether a word counts only where it stands alone; of scripts without spaces between words it counts anywhere. */
  readonly wholeWords: boolean;
  readonly wordCount: number;
  /** Of its words, in UTF-8. */
  readonly bytes: number;
  readonly updatedAt: Date;
  /** The admin who did; null: the command line. */
  readonly updatedById: bigint | null;
}

/** What is to become of a list: what is absent stays as it is, or is as usual where the list is new. */
export interface ListChange {
  readonly name: string;
  /** Usually REFUSE. */
  readonly action?: WordAction | undefined;
  /** Usually true. */
  readonly enabled?: boolean | undefined;
  /** Usually true. */
  readonly wholeWords?: boolean | undefined;
  /** All its words, in place of those it has; a new list needs some. Of two that are the same to it the first counts. */
  readonly words?: readonly string[] | undefined;
}

/** What came of changing a list. */
export interface ListChanged {
  readonly list: WordList;
  /** As it stood; null: it is new. */
  readonly before: WordList | null;
}

/** The module's face. `actorId`: the admin who does it, null for the command line. Refusals are thrown as ChatError with `field` named from the options. */
export interface BlockedWords extends AsyncDisposable {
  /** What asks the lists that are in force on this node: one object for good. */
  readonly screen: Screen;
  /** Keeps up with the lists from here on, having read them. Throws ChatError UNAVAILABLE where bus or database do not answer. */
  begin(): Promise<void>;
  /** All lists, by name. Throws UNAVAILABLE. */
  lists(): Promise<readonly WordList[]>;
  /** The words of lists, in the order asked for; empty where there is no such list. Throws UNAVAILABLE. */
  words(names: readonly string[]): Promise<readonly (readonly string[])[]>;
  /**
   * Makes a list, or changes one. It is in force here when that is answered, and on all other nodes within a second. Throws INVALID_INPUT (name, words, words.N),
   * LIMIT_REACHED (name, words), UNAVAILABLE.
   */
  set(actorId: bigint | null, change: ListChange): Promise<ListChanged>;
  /** Removes a list, in force likewise, and answers how it stood. Throws NOT_FOUND (name), UNAVAILABLE. */
  remove(actorId: bigint | null, options: { readonly name: string }): Promise<WordList>;
}
