/** The part of `localStorage`, or of an app's own storage, that is needed. */
export interface SessionStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/** The stored tokens of a session. */
export interface Tokens {
  readonly accessToken: string;
  /** When to replace the access token, by this device's clock, in ms since 1970. */
  readonly freshUntil: number;
  readonly refreshToken: string;
  /** Identifies the user: tokens and sessions change, their user does not. */
  readonly name: string;
}

/** Reads the stored tokens. Null if there are none, or they cannot be parsed. */
export async function readTokens(storage: SessionStorage, key: string): Promise<Tokens | null> {
  const text = await storage.getItem(key);
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<Tokens> | null;
    const isWhole = [kept?.accessToken, kept?.refreshToken, kept?.name].every((part) => typeof part === 'string');
    return isWhole && typeof kept?.freshUntil === 'number' ? (kept as Tokens) : null;
  } catch {
    return null;
  }
}

/** Stores tokens, or removes them. False if the storage did not accept them; then it has none. */
export async function writeTokens(storage: SessionStorage, key: string, tokens: Tokens | null): Promise<boolean> {
  try {
    if (tokens !== null) await storage.setItem(key, JSON.stringify(tokens));
    if (tokens !== null) return true;
  } catch {
    // The storage is full. An old refresh token left there would be treated as stolen, and end the session.
  }
  await storage.removeItem(key);
  return tokens === null;
}

/** A storage that lasts as long as the page. */
export function memoryStorage(): SessionStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
