import { useSyncExternalStore } from 'react';

/** The conversation that the address names (`#/ID`, `#/ID/SEQ` or `#/ID/thread/MESSAGE`); null: none. So the browser's own “back” leads back to the list. */
export function useOpened(): string | null {
  return useSyncExternalStore(onHash, () => {
    const { id } = placeIn(location.hash);
    return id === undefined ? null : decoded(id);
  });
}

/** The seq of the message that the address names in the conversation, or null. */
export function useSought(): number | null {
  return useSyncExternalStore(onHash, () => {
    const { seq } = placeIn(location.hash);
    return seq === undefined ? null : Number(seq);
  });
}

/** The message whose thread the address names (its root or a reply), or null. */
export function useThreadOf(): string | null {
  return useSyncExternalStore(onHash, () => {
    const { thread } = placeIn(location.hash);
    return thread === undefined ? null : decoded(thread);
  });
}

/** The address of the thread of a message, which is its root or a reply. */
export function threadAddress(conversationId: string, messageId: string): string {
  return `${addressOf(conversationId)}/thread/${encodeURIComponent(messageId)}`;
}

/** The address of a conversation, or of a message in it. */
export function addressOf(conversationId: string, seq?: number): string {
  return `#/${encodeURIComponent(conversationId)}${seq === undefined ? '' : `/${seq}`}`;
}

function placeIn(hash: string): { readonly id?: string; readonly seq?: string; readonly thread?: string } {
  return /^#\/(?<id>[^/]+)(?:\/(?<seq>\d+)|\/thread\/(?<thread>[^/]+))?$/.exec(hash)?.groups ?? {};
}

// An address can be malformed if somebody typed it. Then it names nothing.
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function onHash(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** Whether the page is visible. Messages in a hidden tab are not marked as read. */
export function useVisible(): boolean {
  return useSyncExternalStore(onVisible, () => document.visibilityState === 'visible');
}

function onVisible(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}
