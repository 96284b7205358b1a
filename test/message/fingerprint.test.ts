import { describe, expect, it } from 'vitest';
import { createFingerprints } from '../../src/message/fingerprint.ts';
import { newKey } from '../user/users-world.ts';

const request = { conversationId: 7n, text: 'hello', replyTo: undefined };

describe('a fingerprint', () => {
  it('is 16 bytes, the same for the same request and different for every other', () => {
    const prints = createFingerprints([newKey()]);
    expect(prints.of(request)).toHaveLength(16);
    const others = [
      ...[
        { ...request, conversationId: 8n },
        { ...request, text: 'hello ' },
      ],
      ...[
        { ...request, replyTo: { conversationId: 7n, seq: 1 } },
        { ...request, replyTo: { conversationId: 71n, seq: 1 } },
      ],
      { conversationId: 7n, text: '","7:1"', replyTo: undefined },
    ];
    expect(prints.matches(prints.of(request), { ...request })).toBe(true);
    for (const other of others) expect(prints.matches(prints.of(request), other)).toBe(false);
    expect(new Set([request, ...others].map((each) => Buffer.from(prints.of(each)).toString('hex'))).size).toBe(others.length + 1);
  });

  it('holds under an older key, and under no unknown one', () => {
    const [old, fresh] = [newKey('old'), newKey('fresh')];
    const stored = createFingerprints([old]).of(request);
    expect(createFingerprints([fresh, old]).matches(stored, request)).toBe(true);
    expect(createFingerprints([fresh]).matches(stored, request)).toBe(false);
    expect(() => createFingerprints([])).toThrow('need a key');
  });
});
