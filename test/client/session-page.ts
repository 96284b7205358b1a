import { createSession, type Refusal, type Session, type SessionOptions, type SessionStorage } from '../../client/index.ts';
import type { Person } from '../support/world.ts';

/** A browser storage, and its contents. */
export function storageOf(): SessionStorage & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

/** A page with a session of its own and a clock that the test moves, and the requests that it made. */
export interface Page {
  readonly session: Session;
  readonly asked: string[];
  readonly changes: (string | null)[];
  later(ms: number): void;
}

/** Opens pages of the server at this address. */
export function pagesOf(url: () => string): (options?: Partial<SessionOptions>) => Page {
  return ({ fetch: fetchBy = fetch, ...options } = {}) => {
    const asked: string[] = [];
    const changes: (string | null)[] = [];
    let at = Date.now();
    const session = createSession({
      url: url(),
      clock: { now: () => at, after: () => () => undefined },
      onChange: (signedIn: boolean, refusal: Refusal | null) => changes.push(signedIn ? 'signed in' : (refusal?.code ?? null)),
      async fetch(input, init) {
        asked.push(actIn(init));
        return fetchBy(input, init);
      },
      ...options,
    });
    return {
      ...{ session, asked, changes },
      later: (ms: number) => {
        at += ms;
      },
    };
  };
}

/** The session mutation in a request, or `else`. */
export function actIn(init: RequestInit | undefined): string {
  return /(refreshToken|signInWithToken|signOut)\(input/.exec(String(init?.body))?.[1] ?? 'else';
}

/** The tokens of a user, as `signUp` returned them. */
export function tokensOf({ token, refreshToken }: Person) {
  return { accessToken: token, accessTokenExpiresAt: new Date(Date.now() + 60_000).toISOString(), refreshToken };
}

/** The handle of the user that the server sees, null without one, or `refused`. */
export async function askWho(fetchBy: typeof fetch, url: string): Promise<string | null> {
  const response = await fetchBy(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ viewer { user { handle } } }' }),
  });
  const { data, errors } = (await response.json()) as { data?: { viewer: { user: { handle: string } } | null }; errors?: unknown[] };
  if (errors !== undefined) return 'refused';
  return data?.viewer?.user.handle ?? null;
}
