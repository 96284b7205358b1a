/** What somebody is told of; later news of the same take the place of earlier ones. */
export type Subject =
  | { readonly of: 'conversation'; readonly id: bigint }
  /** Somebody asks to be a contact. */
  | { readonly of: 'request'; readonly id: bigint }
  /** UUID text. */
  | { readonly of: 'notice'; readonly id: string };

const letters = { conversation: 'c', request: 'r', notice: 'n' } as const;

/** A subject as rows keep it. */
export function formatSubject({ of, id }: Subject): string {
  return `${letters[of]}:${id}`;
}

/** Reads it back; null where another release wrote what this one cannot read. */
export function parseSubject(text: string): Subject | null {
  const [, letter, rest = ''] = /^([a-z]):(.+)$/.exec(text) ?? [];
  if (letter === letters.notice) return { of: 'notice', id: rest };
  if (!/^\d{1,19}$/.test(rest)) return null;
  if (letter === letters.conversation) return { of: 'conversation', id: BigInt(rest) };
  return letter === letters.request ? { of: 'request', id: BigInt(rest) } : null;
}
