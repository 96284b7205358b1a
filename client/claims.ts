/** The claims of an access token that a session needs. */
export interface Claims {
  /** In ms. It does not depend on this device's clock. */
  readonly lifetime: number;
  /** The user. */
  readonly name: string;
}

/** Reads the claims of an access token. Null if they cannot be parsed. */
export function claimsOf(accessToken: string): Claims | null {
  try {
    const [, claims = ''] = accessToken.split('.');
    const { iat, exp, sub } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
    return Number.isFinite(exp - iat) && typeof sub === 'string' ? { lifetime: (exp - iat) * 1_000, name: sub } : null;
  } catch {
    return null;
  }
}
