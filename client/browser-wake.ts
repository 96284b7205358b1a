/** As much of a page or worker, and of its `document`, as is needed. Node has neither, and to React Native nobody can listen. */
interface Listened {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/** Wakes up who waits to come back when the browser is online again, in a worker too (Firefox; Chromium does not tell workers), or its page is looked at again. Nowhere else does it do anything. */
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
