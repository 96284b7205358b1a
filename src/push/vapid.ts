import { createECDH, hkdfSync } from 'node:crypto';
import { deriveKey, type ServerKey } from '../server-key.ts';

/** A key pair that identifies this server to push services (RFC 8292), in base64url. */
export interface VapidPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

// The order of P-256.
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * Returns the key pairs, the newest first: those of the configured private keys, or one derived from each server key.
 * Derived pairs are stored nowhere, are the same on all nodes, and rotate with the server keys (decision 42). Browsers subscribe with the
 * newest pair. A browser that has subscribed with an older one gets its pushes signed by that one as long as it exists.
 */
export function vapidPairs(configured: readonly string[], keys: readonly ServerKey[]): readonly VapidPair[] {
  const scalars = configured.length === 0 ? keys.map(scalarOf) : configured.map((text) => Buffer.from(text, 'base64url'));
  return scalars.map((scalar) => {
    const curve = createECDH('prime256v1');
    curve.setPrivateKey(scalar);
    return { publicKey: curve.getPublicKey('base64url'), privateKey: scalar.toString('base64url') };
  });
}

/** Derives a private key from 16 more bytes than it has, so that no key is likelier than another (FIPS 186-5, A.2.1). */
function scalarOf(key: ServerKey): Buffer {
  const wide = Buffer.from(hkdfSync('sha256', deriveKey(key, 'vapid').export(), new Uint8Array(), 'P-256', 48));
  const scalar = (BigInt(`0x${wide.toString('hex')}`) % (order - 1n)) + 1n;
  return Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
}
