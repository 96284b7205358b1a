import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EditReferenceDocument, SendReferenceDocument } from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const picture = {
  url: 'https://example.org/a.png',
  mediaType: 'image/png',
  name: 'a.png',
  size: 2 ** 40,
  width: 4,
  height: 3,
  alt: 'A dog.',
};
const sound = { url: 'https://example.org/b', mediaType: 'audio/ogg', durationMs: 1_500 };
const nothing = { name: null, size: null, width: null, height: null, durationMs: null, alt: null };
const shown = [
  { ...nothing, ...picture },
  { ...nothing, ...sound },
];

describe('attachments', () => {
  const chat = world();

  async function send(as: Person, input: object) {
    const whole = { clientMessageId: randomUUID(), text: '', ...input } as {
      conversationId: string;
      clientMessageId: string;
      text: string;
    };
    return (await chat.ask(SendReferenceDocument, { input: whole }, as)).sendMessage;
  }

  async function edit(as: Person, input: { messageId: string; text: string; attachments?: readonly (typeof sound)[] | null }) {
    return (await chat.ask(EditReferenceDocument, { input }, as)).editMessage;
  }

  it('are sent with a message and shown with it, whatever their size, and stay through edits that do not name them', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const conversationId = await chat.group(ann, ben);
    const sent = await send(ann, { conversationId, attachments: [picture, sound] });
    const message = given(sent.messageEdge, sent.errors).node;
    expect(message).toMatchObject({ text: '', attachments: shown });
    const messageId = message.id;
    expect((await edit(ann, { messageId, text: 'look' })).message).toMatchObject({ text: 'look', attachments: shown });
    expect((await edit(ann, { messageId, text: '', attachments: [sound] })).message).toMatchObject({ text: '', attachments: [shown[1]] });
    expect((await edit(ann, { messageId, text: 'none', attachments: null })).message).toMatchObject({ text: 'none', attachments: [] });
    expect(refusals((await edit(ann, { messageId, text: '' })).errors)).toEqual(['INVALID_INPUT input.text']);
  });

  it('that are none are refused by the field at fault', async () => {
    const [ann] = await chat.people('ann');
    const conversationId = await chat.group(ann);
    const attachments = [picture, picture, { ...sound, url: 'ftp://example.org/' }];
    expect(refusals((await send(ann, { conversationId, attachments })).errors)).toEqual(['INVALID_INPUT input.attachments.2.url']);
    expect(refusals((await send(ann, { conversationId })).errors)).toEqual(['INVALID_INPUT input.text']);
    const tooMany = Array(11).fill(sound);
    expect(refusals((await send(ann, { conversationId, attachments: tooMany })).errors)).toEqual(['INVALID_INPUT input.attachments']);
  });

  it('tell a retry from another message', async () => {
    const [ann] = await chat.people('ann');
    const request = { conversationId: await chat.group(ann), clientMessageId: randomUUID(), attachments: [picture] };
    const first = await send(ann, request);
    expect(await send(ann, request)).toEqual(first);
    const other = await send(ann, { ...request, attachments: [{ ...picture, size: 2 ** 40 + 1 }] });
    expect(refusals(other.errors)).toEqual(['CONFLICT input.clientMessageId']);
  });
});
