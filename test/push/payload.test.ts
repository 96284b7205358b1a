import { describe, expect, it } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import { fitted, type Payload } from '../../src/push/payload.ts';
import { reference } from '../../src/push/reference.ts';

// Of the 4,096 bytes that every push service accepts: less the header of the encryption (86), the delimiter (1) and the tag (16).
const room = 3_993;

const id = 2n ** 63n - 1n;
const seq = 2 ** 31 - 1;

function payload(more: Partial<Payload> = {}): Payload {
  return {
    ...{
      type: 'MESSAGE',
      title: 'The group',
      body: 'hello',
      sender: 'Ann',
      attachments: 0,
      mediaType: '',
      count: 1,
      mentioned: false,
      badge: 1,
      at: '2026-03-04T05:06:07.890Z',
    },
    ...{ conversationId: reference('Conversation', id), messageId: reference('Message', id, seq) },
    ...more,
  };
}

describe('a payload', () => {
  it.each([
    ['of four bytes a character', '🎉'],
    ['that JSON escapes', '\u0001'],
    ['that is quoted', '"'],
    ['in two parts', '\ud800'],
  ])('fits in a push, whatever its text: %s', (_what, letter) => {
    const widest = {
      body: letter.repeat(16_000),
      title: letter.repeat(200),
      sender: letter.repeat(64),
      count: 200,
      badge: seq,
      attachments: 20,
    };
    const mediaType = `${'a'.repeat(127)}/${'b'.repeat(127)}`;
    expect(Buffer.byteLength(JSON.stringify(fitted(payload({ ...widest, mediaType }), 'full')))).toBeLessThanOrEqual(room);
  });

  it('is never cut within a character, and shows the cut', () => {
    const { body } = fitted(payload({ body: '🎉'.repeat(241) }), 'full');
    expect(body).toBe(`${'🎉'.repeat(239)}…`);
    expect(fitted(payload({ body: '🎉'.repeat(240) }), 'full').body).toBe('🎉'.repeat(240));
  });

  it('has title and sender without the text on request, or neither', () => {
    const attached = payload({ attachments: 2, mediaType: 'image/png' });
    const nothing = { body: '', attachments: 0, mediaType: '' };
    expect(fitted(attached, 'full')).toEqual(attached);
    expect(fitted(attached, 'sender')).toMatchObject({ title: 'The group', sender: 'Ann', ...nothing, badge: 1 });
    expect(fitted(attached, 'none')).toMatchObject({ title: '', sender: '', ...nothing, badge: 1, conversationId: expect.any(String) });
  });

  it('names things by the API’s ids', () => {
    expect(reference('Conversation', 7n)).toBe(formatId('Conversation', 7n));
    expect(reference('Message', 7n, 8)).toBe(formatId('Message', { conversationId: 7n, seq: 8 }));
    expect(reference('ContactRequest', 7n, 8n)).toBe(formatId('ContactRequest', { fromId: 7n, toId: 8n }));
    const uuid = '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b';
    expect(reference('Notice', uuid)).toBe(formatId('Notice', uuid));
  });
});
