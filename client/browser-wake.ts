/** The part of a page or worker, and of its `document`, that is needed. Node has neither, and React Native has no listeners. */
interface Listened {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/**
 * Retries at once when the browser is online again or the page becomes visible. Also in workers of Firefox (Chromium does not send `online`
 * to workers). Does nothing outside of browsers.
 */
export function browserWake(wakeUp: () => void): () => void {
  const here: Listened & { readonly document?: Listened & { readonly visibilityState: string } } = globalThis;
  const { document } = here;
  function looked(): void {
    if (document?.visibilityState === 'visible') wakeUp();
  }
  here.addEventListener?.('online', wakeUp);
  document?.addEventListener?.('visibilitychange', looked);
  return () => {
    here.removeEventListener?.('online', wakeUp);
    document?.removeEventListener?.('visibilitychange', looked);
  };
}
