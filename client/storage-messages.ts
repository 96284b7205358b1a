import type { Numbered, OutboxStore } from './outbox.ts';
import type { TextStorage } from './storage-positions.ts';

/** The part of `localStorage` that is needed. */
export interface ListedStorage extends TextStorage {
  readonly length: number;
  key(index: number): string | null;
  removeItem(key: string): void;
}

// A name is the key, the time in ms since 1970 (13 digits until the year 2286), and the id of the message.
const place = /^\d{13} /;

/**
 * Keeps the messages of an outbox in `localStorage` or similar. Tabs may share it: each message has its own key, so no tab overwrites those
 * of another. A new page also sends the unanswered messages of other tabs; each is still stored once. Name `key` after the account.
 * Messages that do not fit are kept as long as the page.
 */
export function storageMessages<M extends Numbered>(storage: ListedStorage, key: string): OutboxStore<M> {
  /** The name in the storage, by `clientMessageId`. */
  const names = new Map<string, string>();
  let latest = 0;

  /** Sorted by when they were sent, across tabs. */
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
      // The storage is full. The message is still sent while the page is open.
    }
  }

  return {
    load() {
      return namesThere().flatMap((name) => {
        const message = messageIn<M>(storage.getItem(name));
        if (message === null) return [];
        names.set(message.clientMessageId, name);
        // Even if the clock was set back since, messages of this page come after it.
        latest = Math.max(latest, Number.parseInt(name.slice(key.length + 1), 10));
        return message;
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

/** Null if it is gone by now, or cannot be parsed. */
function messageIn<M extends Numbered>(text: string | null): M | null {
  try {
    const stored = JSON.parse(text ?? 'null') as Partial<M> | null;
    return typeof stored?.conversationId === 'string' && typeof stored.clientMessageId === 'string' ? (stored as M) : null;
  } catch {
    return null;
  }
}
