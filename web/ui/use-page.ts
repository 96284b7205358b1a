import { useSyncExternalStore } from 'react';

/** The conversation that the address names (`#/ID`); null: none. So the browser's own “back” leads back to the list. */
export function useOpened(): string | null {
  return useSyncExternalStore(onHash, () => idIn(location.hash));
}

/** The address of a conversation. */
export function addressOf(conversationId: string): string {
  return `#/${encodeURIComponent(conversationId)}`;
}

function idIn(hash: string): string | null {
  const [, id] = /^#\/(.+)$/.exec(hash) ?? [];
  return id === undefined ? null : decodeURIComponent(id);
}

function onHash(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** Whether the page is looked at: what lies in a tab behind others was not read. */
export function useVisible(): boolean {
  return useSyncExternalStore(onVisible, () => document.visibilityState === 'visible');
}

function onVisible(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}
