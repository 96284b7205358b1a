import { describe, expect, it } from 'vitest';
import { createFingerprints } from '../../src/message/fingerprint.ts';
import { newKey } from '../user/users-world.ts';

const request = { conversationId: 7n, text: 'hello', replyTo: undefined };

describe('a fingerprint', () => {
  it('has 16 bytes, the same for the same request and others for other requests', () => {
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

  it('differs by mentions, attachments, custom data, thread and forwarded message', () => {
    const prints = createFingerprints([newKey()]);
    const place = { conversationId: 7n, seq: 1 };
    const file = { url: 'https://example.org/', mediaType: 'image/png' };
    const further = [
      ...[{ threadRoot: place }, { threadRoot: { conversationId: 7n, seq: 11 } }, { replyTo: place, threadRoot: place }],
      ...[{ mentionIds: [1n] }, { mentionIds: [11n] }, { mentionIds: [1n, 11n] }, { mentionsEveryone: true }],
      ...[
        { attachments: [file] },
        { attachments: [file, file] },
        { attachments: [{ ...file, name: 'a' }] },
        { attachments: [{ ...file, alt: 'a' }] },
      ],
      ...[{ attachments: [{ ...file, size: 1 }] }, { attachments: [{ ...file, width: 1 }] }, { attachments: [{ ...file, url: 'a' }] }],
      ...[
        { data: {} },
        { data: { a: 1 } },
        { data: { a: '1' } },
        { data: { a: [1, 2] } },
        { data: { a: [2, 1] } },
        { data: { a: { b: 1 } } },
      ],
      ...[{ data: JSON.parse('{"__proto__":1}') as object }, { data: { a: null } }, { attachments: [file], data: {} }],
      ...[{ mentionIds: [1n], mentionsEveryone: true }, { forwarded: place }, { forwarded: { conversationId: 71n, seq: 1 } }],
    ];
    const all = [request, ...further.map((part) => ({ ...request, ...part }))];
    expect(new Set(all.map((each) => Buffer.from(prints.of(each)).toString('hex'))).size).toBe(all.length);
    const asIs = { url: 'https://example.org/', name: null, size: 7, alt: undefined, mediaType: 'image/png' };
    expect(prints.of({ ...request, attachments: [asIs] })).toEqual(prints.of({ ...request, attachments: [{ ...file, size: 7 }] }));
    const [one, other] = [
      { a: { c: -0, d: [{ e: 1, f: 2 }] }, b: 1 },
      { b: 1, a: { d: [{ f: 2, e: 1 }], c: 0, g: undefined } },
    ];
    expect(prints.of({ ...request, data: one })).toEqual(prints.of({ ...request, data: other }));
    expect(prints.of({ ...request, mentionIds: [2n, 1n, 2n] })).toEqual(prints.of({ ...request, mentionIds: [1n, 2n] }));
  });

  it('matches the stored one for requests that an earlier release could send', () => {
    // Made by the release that knew only conversation, text and quote.
    const key = { id: 'then', secret: Buffer.alloc(32, 7).toString('base64url') };
    const stored = [
      { request, print: '9afdb68785adbb1638fb35a55c53cced' },
      { request: { ...request, replyTo: { conversationId: 7n, seq: 3 } }, print: '705e6a957f8aa417bee089698488ba4f' },
    ];
    const prints = createFingerprints([key]);
    for (const { request: one, print } of stored) {
      expect(prints.matches(Buffer.from(print, 'hex'), one)).toBe(true);
      const nothing = { mentionIds: [], mentionsEveryone: false, attachments: [], data: null, threadRoot: undefined, forwarded: undefined };
      expect(prints.matches(Buffer.from(print, 'hex'), { ...one, ...nothing })).toBe(true);
      expect(prints.matches(Buffer.from(print, 'hex'), { ...one, mentionsEveryone: true })).toBe(false);
    }
  });

  it('matches under an older key, and not under an unknown one', () => {
    const [old, fresh] = [newKey('old'), newKey('fresh')];
    const stored = createFingerprints([old]).of(request);
    expect(createFingerprints([fresh, old]).matches(stored, request)).toBe(true);
    expect(createFingerprints([fresh]).matches(stored, request)).toBe(false);
    expect(() => createFingerprints([])).toThrow('need a key');
  });
});
