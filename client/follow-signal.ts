/**
 * Aborts the controller with the signal, until the returned function is called. Not `AbortSignal.any`, which React Native and browsers
 * before 2024 do not have.
 */
export function followSignal(signal: AbortSignal | null | undefined, controller: AbortController): () => void {
  const abort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  return () => signal?.removeEventListener('abort', abort);
}
