import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';
// Standard Webhooks asks for 24 to 64; as many as the hash has.
const secretBytes = 32;

/** A fresh secret as Standard Webhooks writes it: `whsec_` and 32 bytes in base64. */
export function newSecret(): string {
  return prefix + randomBytes(secretBytes).toString('base64');
}

/** What is signed. */
export interface Signed {
  /** The webhook-id: without a dot, which parts what is signed. */
  readonly id: string;
  readonly body: string;
  /** ms since 1970. */
  readonly at: number;
}

/**
 * The headers that prove where a body is from: webhook-id, webhook-timestamp (of this attempt, in seconds) and webhook-signature, one for each secret.
 * By Standard Webhooks 1.0.0 (https://github.com/standard-webhooks/standard-webhooks), symmetric.
 */
export function signatureHeaders(secrets: readonly string[], { id, body, at }: Signed): Readonly<Record<string, string>> {
  const timestamp = Math.floor(at / 1_000);
  const content = `${id}.${timestamp}.${body}`;
  const signatures = secrets.map((secret) => `v1,${createHmac('sha256', keyOf(secret)).update(content).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(prefix.length), 'base64');
}
