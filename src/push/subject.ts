/** What a push is about. A later push about the same subject replaces an earlier one. */
export type Subject =
  | { readonly of: 'conversation'; readonly id: bigint }
  /** A contact request. The id is that of the user who sent it. */
  | { readonly of: 'request'; readonly id: bigint }
  /** A UUID. */
  | { readonly of: 'notice'; readonly id: string };

const letters = { conversation: 'c', request: 'r', notice: 'n' } as const;

/** Formats a subject for its row. */
export function formatSubject({ of, id }: Subject): string {
  return `${letters[of]}:${id}`;
}

/** Parses a subject. Null if another release wrote it and this one cannot read it. */
export function parseSubject(text: string): Subject | null {
  const [, letter, rest = ''] = /^([a-z]):(.+)$/.exec(text) ?? [];
  if (letter === letters.notice) return { of: 'notice', id: rest };
  if (!/^\d{1,19}$/.test(rest)) return null;
  if (letter === letters.conversation) return { of: 'conversation', id: BigInt(rest) };
  return letter === letters.request ? { of: 'request', id: BigInt(rest) } : null;
}
