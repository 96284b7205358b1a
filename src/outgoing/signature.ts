import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';
// Standard Webhooks asks for 24 to 64 bytes. This is the length of the hash.
const secretBytes = 32;

/** Creates a secret in the format of Standard Webhooks: `whsec_` and 32 bytes in base64. */
export function newSecret(): string {
  return prefix + randomBytes(secretBytes).toString('base64');
}

/** The content to sign. */
export interface Signed {
  /** The webhook-id. It must not contain a dot, which separates the signed parts. */
  readonly id: string;
  readonly body: string;
  /** In ms since 1970. */
  readonly at: number;
}

/**
 * Returns the headers that prove a body's origin: webhook-id, webhook-timestamp (of this attempt, in seconds) and webhook-signature, with a
 * signature per secret, whose prefix `whsec_` may be missing. Symmetric signatures as in Standard Webhooks 1.0.0 (https://github.com/standard-webhooks/standard-webhooks).
 */
export function signatureHeaders(secrets: readonly string[], { id, body, at }: Signed): Readonly<Record<string, string>> {
  const timestamp = Math.floor(at / 1_000);
  const content = `${id}.${timestamp}.${body}`;
  const signatures = secrets.map((secret) => `v1,${createHmac('sha256', keyOf(secret)).update(content).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.startsWith(prefix) ? secret.slice(prefix.length) : secret, 'base64');
}
