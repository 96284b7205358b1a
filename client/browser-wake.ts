/** As much of `window` and `document` as is needed. React Native has a `window` to which nobody can listen. */
interface Listened {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/** Wakes up who waits to come back when the browser is online again, or its page is looked at again. Nowhere else does it do anything. */
export function browserWake(wakeUp: () => void): () => void {
  const { window, document } = globalThis as {
    readonly window?: Listened;
    readonly document?: Listened & { readonly visibilityState: string };
  };
  function looked(): void {
    if (document?.visibilityState === 'visible') wakeUp();
  }
  window?.addEventListener?.('online', wakeUp);
  document?.addEventListener?.('visibilitychange', looked);
  return () => {
    window?.removeEventListener?.('online', wakeUp);
    document?.removeEventListener?.('visibilitychange', looked);
  };
}
