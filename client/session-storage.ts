/** As much of `localStorage`, or of what apps have in its place, as is needed. */
export interface SessionStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/** What somebody is signed in by. */
export interface Tokens {
  readonly accessToken: string;
  /** Until when the access token need not be replaced, by this device's clock, in ms since 1970. */
  readonly freshUntil: number;
  readonly refreshToken: string;
  /** Whose these are: tokens and sessions change, and who has them does not. */
  readonly name: string;
}

/** What is kept there; null: nothing, or nothing that can be read. */
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

/** Keeps tokens there, or none; false: it takes none, and has none any more. */
export async function writeTokens(storage: SessionStorage, key: string, tokens: Tokens | null): Promise<boolean> {
  try {
    if (tokens !== null) await storage.setItem(key, JSON.stringify(tokens));
    if (tokens !== null) return true;
  } catch {
    // It is full. An old refresh token that is left there would be taken for a stolen one, and end the session.
  }
  await storage.removeItem(key);
  return tokens === null;
}
