// OpenID Connect Core, 2: "MUST NOT exceed 255 ASCII characters in length". Not ending in a space: MySQL pads shorter keys with spaces when it compares, and 'a '
// would be 'a'.
const namePattern = /^[\x20-\x7e]{0,254}[\x21-\x7e]$/;

/** What such a name must be, in words. */
export const nameRule = '1 to 255 characters of printable ASCII that do not end in a space';

/** True for what can be an issuer's name here, or that of somebody at an issuer. */
export function isIdentityName(text: string): boolean {
  return namePattern.test(text);
}

/** Who somebody is elsewhere, as a token says it that was verified. */
export interface Identity {
  /** `iss`. */
  readonly issuer: string;
  /** `sub`: who they are there, for ever; 1 to 255 characters of printable ASCII, the last of them no space. */
  readonly subject: string;
  /** `iat`: when the token was made; null: it does not say so. */
  readonly issuedAt: Date | null;
  /** `preferred_username`, `name` and `picture`, as they came; null where they are no text. */
  readonly handle: string | null;
  readonly displayName: string | null;
  readonly avatarUrl: string | null;
}

/** Reads the tokens of one issuer. */
export interface Identities {
  /** Who a token says somebody is. Throws INVALID_CREDENTIALS (token), which says what is wrong with it, and UNAVAILABLE while the issuer's keys cannot be had. */
  read(token: string): Promise<Identity>;
}
