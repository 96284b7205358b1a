// OpenID Connect Core, 2: "MUST NOT exceed 255 ASCII characters in length". No space at the end: MySQL pads the shorter key with spaces
// when it compares, so 'a ' would equal 'a'.
const namePattern = /^[\x20-\x7e]{0,254}[\x21-\x7e]$/;

/** The rule for issuer names and subjects, in words. */
export const nameRule = '1 to 255 characters of printable ASCII that do not end in a space';

/** Returns whether a text can be the name of an issuer, or of a user at an issuer. */
export function isIdentityName(text: string): boolean {
  return namePattern.test(text);
}

/** A user's identity at an issuer, as a verified token states it. */
export interface Identity {
  /** `iss`. */
  readonly issuer: string;
  /** `sub`: the user's permanent id at the issuer. 1 to 255 characters of printable ASCII that do not end in a space. */
  readonly subject: string;
  /** `iat`: when the token was issued, or null if the token does not say. */
  readonly issuedAt: Date | null;
  /** `preferred_username`, `name` and `picture`, unchanged. Null if missing, empty or not a string. */
  readonly handle: string | null;
  readonly displayName: string | null;
  readonly avatarUrl: string | null;
}

/** The reader of one issuer's tokens. */
export interface Identities {
  /**
   * Verifies a token and returns the identity that it states. Throws ChatError INVALID_CREDENTIALS (token), whose message says what is
   * wrong with it, or UNAVAILABLE if the issuer's keys cannot be fetched.
   */
  read(token: string): Promise<Identity>;
}
