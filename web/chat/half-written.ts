import type { ListedStorage } from '../../client/index.ts';

/** What the viewer has begun to write, by place: a conversation, or a thread in it. */
export interface HalfWritten {
  /** Empty if nothing was begun there. */
  in(place: WritingPlace): string;
  /** Keeps a text in place of the one before. */
  keep(place: WritingPlace, text: string): void;
}

/** Where a text is written. */
export interface WritingPlace {
  readonly conversationId: string;
  /** The root of the thread; absent: in no thread. */
  readonly threadRootId?: string | undefined;
}

/**
 * Creates it. Texts are kept in the tab's storage, so that neither a look elsewhere nor a reload loses any. An app would save them as drafts,
 * which all devices of the user have (docs/api/drafts.md).
 */
export function createHalfWritten(storage: ListedStorage, userId: string): HalfWritten {
  /** What did not fit in the storage. */
  const unkept = new Map<string, string>();

  function keyOf({ conversationId, threadRootId }: WritingPlace): string {
    return ['half-written of', userId, conversationId, ...(threadRootId === undefined ? [] : [threadRootId])].join(' ');
  }

  return {
    in(place) {
      const key = keyOf(place);
      return unkept.get(key) ?? storage.getItem(key) ?? '';
    },
    keep(place, text) {
      const key = keyOf(place);
      unkept.delete(key);
      try {
        if (text === '') storage.removeItem(key);
        else storage.setItem(key, text);
      } catch {
        unkept.set(key, text);
      }
    },
  };
}
