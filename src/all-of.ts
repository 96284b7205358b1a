/**
 * Waits for several resources that are opened in parallel, and adds each to the stack. If any fails, rejects with the first failure once
 * all have settled, so everything that was opened is on the stack by then.
 */
export async function allOf<T extends Readonly<Record<string, Disposable | AsyncDisposable>>>(
  stack: { use(value: T[keyof T]): unknown },
  opening: { readonly [K in keyof T]: T[K] | Promise<T[K]> },
): Promise<T> {
  const settled = await Promise.allSettled(
    Object.entries(opening).map(async ([name, one]) => {
      const value = await (one as Promise<T[keyof T]>);
      stack.use(value);
      return [name, value] as const;
    }),
  );
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  // Each name has the value that was opened under it.
  return Object.fromEntries(settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))) as unknown as T;
}
