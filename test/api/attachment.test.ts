import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AttachedDocument,
  type AttachedQueryVariables,
  EditReferenceDocument,
  SendReferenceDocument,
} from '../support/generated/graphql.ts';
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

  it('are sent and shown with a message, whatever their size, and edits that do not name them keep them', async () => {
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

  it('that are not valid are refused with the field at fault', async () => {
    const [ann] = await chat.people('ann');
    const conversationId = await chat.group(ann);
    const attachments = [picture, picture, { ...sound, url: 'ftp://example.org/' }];
    expect(refusals((await send(ann, { conversationId, attachments })).errors)).toEqual(['INVALID_INPUT input.attachments.2.url']);
    expect(refusals((await send(ann, { conversationId })).errors)).toEqual(['INVALID_INPUT input.text']);
    const tooMany = Array(11).fill(sound);
    expect(refusals((await send(ann, { conversationId, attachments: tooMany })).errors)).toEqual(['INVALID_INPUT input.attachments']);
  });

  it('distinguish a retry from another message', async () => {
    const [ann] = await chat.people('ann');
    const request = { conversationId: await chat.group(ann), clientMessageId: randomUUID(), attachments: [picture] };
    const first = await send(ann, request);
    expect(await send(ann, request)).toEqual(first);
    const other = await send(ann, { ...request, attachments: [{ ...picture, size: 2 ** 40 + 1 }] });
    expect(refusals(other.errors)).toEqual(['CONFLICT input.clientMessageId']);
  });

  describe('in the list of a conversation’s files', () => {
    async function list(as: Person, variables: AttachedQueryVariables) {
      const { conversation } = await chat.ask(AttachedDocument, variables, as);
      if (conversation == null) throw new Error('they are not in it');
      return conversation.files;
    }

    it('are listed with their message, newest first, in pages, and filtered by kind', async () => {
      const [ann, ben] = await chat.people('ann', 'ben');
      const id = await chat.group(ann, ben);
      const [first, second] = [
        await send(ann, { conversationId: id, attachments: [picture, sound] }),
        await send(ben, { conversationId: id, attachments: [sound, picture, picture] }),
      ];
      const [older, newer] = [first, second].map(({ messageEdge, errors }) => given(messageEdge, errors).node.id);
      const all = await list(ben, { id });
      expect(all.edges.map(({ node, message }) => [node.mediaType, message.id])).toEqual([
        ...['audio/ogg', 'image/png', 'image/png'].map((type) => [type, newer]),
        ...['image/png', 'audio/ogg'].map((type) => [type, older]),
      ]);
      expect(all.edges[0]?.message.sender?.id).toBe(ben.id);
      expect(all.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
      const pictures = await list(ann, { id, kinds: ['IMAGE'], first: 2 });
      expect(pictures).toMatchObject({ edges: [{ message: { id: newer } }, { message: { id: newer } }], pageInfo: { hasNextPage: true } });
      const rest = await list(ann, { id, kinds: ['IMAGE', 'IMAGE', 'VIDEO'], first: 2, after: pictures.pageInfo.endCursor });
      expect(rest).toMatchObject({ edges: [{ message: { id: older } }], pageInfo: { hasNextPage: false, hasPreviousPage: true } });
    });

    it('are visible only to users who see the message', async () => {
      const [ann, ben, cyd] = await chat.people('ann', 'ben', 'cyd');
      const id = await chat.group(ann, ben);
      await send(ann, { conversationId: id, attachments: [picture] });
      expect((await chat.ask(AttachedDocument, { id }, cyd)).conversation).toBeNull();
      expect((await list(ben, { id })).edges).toHaveLength(1);
    });

    it.each([
      ['no kind at all', { kinds: [] }, 'kinds'],
      ['too many', { first: 101 }, 'first'],
      ['a cursor of messages', { after: Buffer.from('seq@3').toString('base64url') }, 'after'],
      ['a cursor that is none', { after: Buffer.from('file@3').toString('base64url') }, 'after'],
    ])('are refused for %s', async (_, variables, field) => {
      const [ann] = await chat.people('ann');
      const id = await chat.group(ann);
      const { errors } = await chat.post(AttachedDocument, { id, ...variables }, ann);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: [field] } }]);
    });
  });
});
