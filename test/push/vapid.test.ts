import { createECDH, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { vapidPairs } from '../../src/push/vapid.ts';

const keys = [
  { id: 'k2', secret: Buffer.alloc(32, 2).toString('base64url') },
  { id: 'k1', secret: Buffer.alloc(32, 1).toString('base64url') },
];

/** Whether one key verifies what the other signs. */
function belongTogether(publicKey: string, privateKey: string): boolean {
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
  const jwk = { kty: 'EC', crv: 'P-256', x, y };
  const signature = sign('sha256', Buffer.from('said'), createPrivateKey({ key: { ...jwk, d: privateKey }, format: 'jwk' }));
  return verify('sha256', Buffer.from('said'), createPublicKey({ key: jwk, format: 'jwk' }), signature);
}

describe('the VAPID keys', () => {
  it('are derived from the signing keys: the same on every node and after every start, one for each', () => {
    const pairs = vapidPairs([], keys);
    expect(pairs).toEqual(vapidPairs([], keys));
    expect(new Set(pairs.map(({ publicKey }) => publicKey)).size).toBe(2);
    for (const { publicKey, privateKey } of pairs) {
      expect(Buffer.from(publicKey, 'base64url')).toHaveLength(65);
      expect(belongTogether(publicKey, privateKey)).toBe(true);
    }
  });

  it('stay with their signing key when a newer one is put before it', () => {
    const [before] = vapidPairs([], keys.slice(1));
    expect(vapidPairs([], keys)[1]).toEqual(before);
  });

  it('are the configured ones, if any', () => {
    const curve = createECDH('prime256v1');
    const publicKey = curve.generateKeys('base64url');
    const privateKey = curve.getPrivateKey().toString('base64url').padStart(43, 'A');
    const { vapidKeys } = readConfig({ VAPID_KEYS: privateKey });
    expect(vapidPairs(vapidKeys, keys)).toEqual([{ publicKey, privateKey }]);
  });

  it.each(['nonsense', 'A'.repeat(43), Buffer.alloc(32, 0xff).toString('base64url')])('cannot be %s', (text) => {
    expect(() => readConfig({ VAPID_KEYS: text })).toThrow(/VAPID_KEYS must be private keys/);
  });
});
