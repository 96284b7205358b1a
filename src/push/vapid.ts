import { createECDH, hkdfSync } from 'node:crypto';
import { deriveKey, type ServerKey } from '../server-key.ts';

/** A pair by which this server shows push services who it is (RFC 8292), in base64url. */
export interface VapidPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

// The order of P-256.
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * The pairs, the newest first: as configured (private keys joined by commas), or one of each server key. Nothing else is kept of them, all nodes have
 * the same, and they are rotated as those are: browsers subscribe by the newest, and who has subscribed by an older one is told by it while it is there.
 */
export function vapidPairs(configured: string, keys: readonly ServerKey[]): readonly VapidPair[] {
  const scalars = configured === '' ? keys.map(scalarOf) : configured.split(',').map((text) => Buffer.from(text, 'base64url'));
  return scalars.map((scalar) => {
    const curve = createECDH('prime256v1');
    curve.setPrivateKey(scalar);
    return { publicKey: curve.getPublicKey('base64url'), privateKey: scalar.toString('base64url') };
  });
}

/** A scalar from a key by 16 bytes more than it has, so that none is likelier than others (FIPS 186-5, A.2.1). */
function scalarOf(key: ServerKey): Buffer {
  const wide = Buffer.from(hkdfSync('sha256', deriveKey(key, 'vapid').export(), new Uint8Array(), 'P-256', 48));
  const scalar = (BigInt(`0x${wide.toString('hex')}`) % (order - 1n)) + 1n;
  return Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
}
