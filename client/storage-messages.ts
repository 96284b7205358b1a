import type { Numbered, OutboxStore } from './outbox.ts';
import type { TextStorage } from './storage-positions.ts';

/** As much of `localStorage` as is needed. */
export interface ListedStorage extends TextStorage {
  readonly length: number;
  key(index: number): string | null;
  removeItem(key: string): void;
}

// What a name has after its key: milliseconds since 1970, which have thirteen digits until the year 2286, and the message's id.
const place = /^\d{13} /;

/**
 * What waits in an outbox, in `localStorage` or what is like it. Tabs may share it: each message stands by itself, so none overwrites what another keeps. A page that begins sends what
 * others have not had an answer to as well; it is stored once all the same. Name `key` after the account. What the storage has no room for is kept as long as the page.
 */
export function storageMessages<M extends Numbered>(storage: ListedStorage, key: string): OutboxStore<M> {
  /** By `clientMessageId`: the name under which it stands there. */
  const names = new Map<string, string>();
  let latest = 0;

  /** Sorted as they were sent, in whichever tab. */
  function namesThere(): readonly string[] {
    const all = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
    return all.filter((name) => name.startsWith(`${key} `) && place.test(name.slice(key.length + 1))).sort();
  }

  function nameOf(clientMessageId: string): string {
    latest = Math.max(latest + 1, Date.now());
    return `${key} ${latest} ${clientMessageId}`;
  }

  function put(message: M): void {
    const name = nameOf(message.clientMessageId);
    names.set(message.clientMessageId, name);
    try {
      storage.setItem(name, JSON.stringify(message));
    } catch {
      // It is full. The message is sent all the same, as long as the page is there.
    }
  }

  return {
    load() {
      return namesThere().flatMap((name) => {
        const message = messageIn<M>(storage.getItem(name));
        if (message !== null) names.set(message.clientMessageId, name);
        return message ?? [];
      });
    },
    save(waiting) {
      const ids = new Set(waiting.map(({ clientMessageId }) => clientMessageId));
      for (const [id, name] of names) {
        if (ids.has(id)) continue;
        names.delete(id);
        storage.removeItem(name);
      }
      for (const message of waiting) if (!names.has(message.clientMessageId)) put(message);
    },
  };
}

/** Null: it is gone by now, or nothing that can be read. */
function messageIn<M extends Numbered>(text: string | null): M | null {
  try {
    const stored = JSON.parse(text ?? 'null') as Partial<M> | null;
    return typeof stored?.conversationId === 'string' && typeof stored.clientMessageId === 'string' ? (stored as M) : null;
  } catch {
    return null;
  }
}
