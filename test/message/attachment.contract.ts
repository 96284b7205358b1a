import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import type { Db } from '../../src/db/index.ts';
import type { Message, NewAttachment } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

const picture: NewAttachment = {
  ...{ url: 'https://files.example.org/a%20b.png?signed=1', mediaType: 'image/png', name: 'dog.png', size: 5_000_000_000 },
  ...{ width: 640, height: 480, alt: 'Our dog,\nasleep' },
};
const sound: NewAttachment = { url: 'http://files.example.org/s', mediaType: 'audio/webm;codecs=opus', durationMs: 1_500 };
const nothing = { name: null, size: null, width: null, height: null, durationMs: null, alt: null };
const stored = [
  { ...nothing, ...picture },
  { ...nothing, ...sound },
];

/** What attachments of messages promise, on any database. */
export function promisesOfAttachments(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  interface Said {
    readonly text?: string;
    readonly attachments?: readonly NewAttachment[] | undefined;
    readonly clientMessageId?: string;
  }

  function attach(viewer: Viewer, conversationId: bigint, said: Said = {}): Promise<Message> {
    const usual = { text: '', attachments: [picture, sound], clientMessageId: freshKey() };
    return world.messages.send(viewer, { ...usual, ...said, conversationId });
  }

  /** Members of a group, and the length of its log. */
  async function scene() {
    const [ada, bob, cy] = await world.people();
    const conversationId = await world.group(ada, bob);
    return { ada, bob, cy, conversationId, count: async () => (await world.entries(conversationId)).length };
  }

  describe('a message with attachments', () => {
    it('has them in order wherever it is read, with or without a text', async () => {
      const { ada, conversationId } = await scene();
      const sent = await attach(ada, conversationId);
      expect(sent).toMatchObject({ text: '', attachments: stored });
      expect(await world.found(sent)).toEqual(sent);
      expect((await world.entries(conversationId)).at(-1)?.data).toMatchObject({ text: '', attachments: stored });
      const more = await attach(ada, conversationId, { text: 'look', attachments: [sound] });
      expect(await world.found(more)).toMatchObject({ text: 'look', attachments: [stored[1]] });
      expect((await world.say(ada, conversationId)).attachments).toEqual([]);
    });

    it('has them when it is stored together with messages without any', async () => {
      const { ada, conversationId } = await scene();
      const sent = await Promise.all([
        ...[world.say(ada, conversationId), attach(ada, conversationId), world.say(ada, conversationId)],
        attach(ada, conversationId, { attachments: [sound] }),
      ]);
      expect(await world.messages.byRefs(sent)).toEqual(sent);
      expect(sent.map(({ attachments }) => attachments.length)).toEqual([0, 2, 0, 1]);
    });

    it('is found again under its clientMessageId with the same attachments, and conflicts with others', async () => {
      const { ada, conversationId, count } = await scene();
      const clientMessageId = freshKey();
      const sent = await attach(ada, conversationId, { clientMessageId });
      const before = await count();
      const { alt, ...rest } = picture;
      expect(
        await attach(ada, conversationId, {
          clientMessageId,
          attachments: [
            { alt, ...rest },
            { ...nothing, ...sound },
          ],
        }),
      ).toEqual(sent);
      const others = [
        ...[[sound, picture], [picture], [{ ...picture, name: 'cat.png' }, sound], [picture, { ...sound, durationMs: 1_501 }]],
        ...[
          [rest, sound],
          [picture, { ...sound, size: 1_500, durationMs: null }],
        ],
      ];
      for (const attachments of others) {
        const refused = await refusal(attach(ada, conversationId, { clientMessageId, attachments }));
        expect(refused).toEqual({ code: 'CONFLICT', field: ['clientMessageId'] });
      }
      expect(await refusal(attach(ada, conversationId, { clientMessageId, text: 'x', attachments: undefined }))).toMatchObject({
        code: 'CONFLICT',
      });
      expect(await count()).toBe(before);
    });

    it('is forwarded with them, with the original sender as its origin', async () => {
      const { ada, bob, conversationId } = await scene();
      const message = await attach(ada, conversationId);
      const sent = await world.messages.forward(bob, { message, conversationId, clientMessageId: freshKey() });
      expect(sent).toMatchObject({ text: '', attachments: stored, origin: { userId: ada.userId } });
      await world.messages.recall(ada, message);
      expect(await world.found(sent)).toEqual(sent);
    });

    it('leaves no trace of them after a recall, neither in the message nor in its edits', async () => {
      const secret = freshKey();
      const { ada, conversationId } = await scene();
      const sent = await attach(ada, conversationId, { attachments: [{ ...picture, url: `https://example.org/${secret}` }] });
      await world.messages.edit(ada, { message: sent, text: '', attachments: [{ ...sound, name: secret }] });
      async function kept(): Promise<number> {
        const where = { conversationId };
        const rows = await world.db.transaction(async (tx) => [
          await tx.message.findMany({ where }),
          await tx.messageEdit.findMany({ where }),
        ]);
        return rows.flat().filter(({ attachments }) => attachments?.includes(secret)).length;
      }
      expect(await kept()).toBe(2);
      expect(await world.messages.recall(ada, sent)).toMatchObject({ text: '', attachments: [] });
      expect(await world.found(sent)).toMatchObject({ text: '', attachments: [] });
      expect((await world.entries(conversationId))[sent.seq - 1]?.data).toMatchObject({ attachments: [] });
      expect(await kept()).toBe(0);
    });

    it('shows none once recalled, even by a node that knows no attachments', async () => {
      const { ada, conversationId } = await scene();
      const sent = await attach(ada, conversationId, { text: 'look' });
      const where = { conversationId, seq: sent.seq };
      await world.db.transaction((tx) => tx.message.updateMany({ where, data: { text: '', recalledAt: sent.sentAt } }));
      expect(await world.found(sent)).toMatchObject({ text: '', attachments: [] });
    });
  });

  describe('an edit', () => {
    it('leaves attachments that it does not name, replaces those that it names, and keeps the versions before', async () => {
      const { ada, conversationId } = await scene();
      const message = await attach(ada, conversationId);
      const spoken = await world.messages.edit(ada, { message, text: 'spoken' });
      expect(spoken).toMatchObject({ text: 'spoken', attachments: stored });
      const fewer = await world.messages.edit(ada, { message, text: 'spoken', attachments: [sound] });
      expect(fewer).toMatchObject({ text: 'spoken', attachments: [stored[1]] });
      const none = await world.messages.edit(ada, { message, text: 'spoken', attachments: [] });
      expect(none).toMatchObject({ text: 'spoken', attachments: [] });
      expect(await world.found(message)).toEqual(none);
      expect((await world.editsOf(message)).map(({ text, attachments }) => [text, attachments])).toEqual([
        ...[
          ['spoken', [stored[1]]],
          ['spoken', stored],
        ],
        ['', stored],
      ]);
    });

    it('to the current content changes nothing', async () => {
      const { ada, conversationId, count } = await scene();
      const message = await attach(ada, conversationId);
      const before = await count();
      expect(await world.messages.edit(ada, { message, text: '', attachments: [picture, sound] })).toEqual(message);
      expect(await world.messages.edit(ada, { message, text: '' })).toEqual(message);
      expect(await count()).toBe(before);
      const weightless = await attach(ada, conversationId, { attachments: [{ ...sound, size: -0 }] });
      expect(await world.messages.edit(ada, { message: weightless, text: '', attachments: [{ ...sound, size: -0 }] })).toEqual(weightless);
    });

    it('of the text alone keeps what a later release has stored about attachments', async () => {
      const { ada, conversationId } = await scene();
      const message = await attach(ada, conversationId);
      const attachments = JSON.stringify([{ ...sound, hologram: true }]);
      const where = { conversationId, seq: message.seq };
      await world.db.transaction((tx) => tx.message.updateMany({ where, data: { attachments } }));
      await world.messages.edit(ada, { message, text: 'look' });
      expect(await world.db.client.message.findFirst({ where, select: { text: true, attachments: true } })).toEqual({
        ...{ text: 'look', attachments },
      });
    });

    it('must leave a text or an attachment', async () => {
      const { ada, conversationId, count } = await scene();
      const [attached, said] = [await attach(ada, conversationId), await world.say(ada, conversationId)];
      const before = await count();
      const empty = { code: 'INVALID_INPUT', field: ['text'] };
      expect(await refusal(world.messages.edit(ada, { message: attached, text: '', attachments: [] }))).toEqual(empty);
      expect(await refusal(world.messages.edit(ada, { message: said, text: '' }))).toEqual(empty);
      expect(await refusal(world.messages.edit(ada, { message: attached, text: ' ' }))).toEqual(empty);
      expect(await count()).toBe(before);
      expect(await world.messages.edit(ada, { message: said, text: '', attachments: [sound] })).toMatchObject({ attachments: [stored[1]] });
    });
  });

  describe('attachments are refused without storing anything', () => {
    it('for no attachments without a text, and for a blank text', async () => {
      const { ada, conversationId, count } = await scene();
      const before = await count();
      for (const said of [{ attachments: undefined }, { attachments: [] }, { text: ' ', attachments: [picture] }]) {
        expect(await refusal(attach(ada, conversationId, said))).toEqual({ code: 'INVALID_INPUT', field: ['text'] });
      }
      expect(await count()).toBe(before);
    });

    it('beyond MAX_ATTACHMENTS', async () => {
      const { ada, conversationId } = await scene();
      const { messages } = world.node({ maxAttachments: 1 });
      const request = { conversationId, clientMessageId: freshKey(), text: 'look', attachments: [picture, sound] };
      const tooMany = { code: 'INVALID_INPUT', field: ['attachments'] };
      expect(await refusal(messages.send(ada, request))).toEqual(tooMany);
      const message = await messages.send(ada, { ...request, attachments: [picture] });
      expect(await refusal(messages.edit(ada, { ...request, message }))).toEqual(tooMany);
      const none = world.node({ maxAttachments: 0 }).messages;
      expect(await refusal(none.send(ada, { ...request, clientMessageId: freshKey(), attachments: [picture] }))).toEqual(tooMany);
      expect(await refusal(none.forward(ada, { conversationId, message, clientMessageId: freshKey() }))).toEqual({
        ...{ code: 'INVALID_INPUT', field: ['messageId'] },
      });
    });

    it.each([
      ['files.example.org', 'https://FILES.example.org:8443/a', true],
      ['files.example.org', 'https://files.example.org.evil.example/a', false],
      ['files.example.org', 'https://evil.example/files.example.org', false],
      ['example.org', 'https://files.example.org/a', false],
      ['*.example.org', 'https://a.files.example.org/a', true],
      ['*.example.org', 'https://example.org/a', false],
      ['*.example.org', 'https://badexample.org/a', false],
      ['example.com, *.Example.org', 'https://files.example.org/a', true],
      ['bücher.example', 'https://xn--bcher-kva.example/a', true],
      ['[::1],127.0.0.1', 'http://[0:0::1]/a', true],
      ['127.0.0.1', 'http://2130706433/a', true],
      ['', 'https://anywhere.example/a', true],
    ])('by ATTACHMENT_HOSTS %s for the URL %s; accepted: %s', async (named, url, taken) => {
      const { ada, conversationId } = await scene();
      const { messages } = world.node({ attachmentHosts: readConfig({ ATTACHMENT_HOSTS: named }).attachmentHosts });
      const attachments = [{ url, mediaType: 'image/png' }];
      const sent = messages.send(ada, { conversationId, clientMessageId: freshKey(), text: '', attachments });
      if (taken) expect((await sent).attachments).toHaveLength(1);
      else expect(await refusal(sent)).toEqual({ code: 'INVALID_INPUT', field: ['attachments', '0', 'url'] });
    });

    it('of hosts that are not allowed, in edits and forwards, while stored ones are found and may stay', async () => {
      const { ada, conversationId } = await scene();
      const request = { conversationId, clientMessageId: freshKey(), text: 'look', attachments: [sound, picture] };
      const message = await world.messages.send(ada, request);
      const { messages } = world.node({ attachmentHosts: ['example.com'] });
      expect(await messages.send(ada, request)).toEqual(message);
      expect(await messages.edit(ada, { message, text: 'there', attachments: [sound, picture] })).toMatchObject({ text: 'there' });
      expect(await refusal(messages.edit(ada, { message, text: 'there', attachments: [sound] }))).toEqual({
        ...{ code: 'INVALID_INPUT', field: ['attachments', '0', 'url'] },
      });
      expect(await refusal(messages.forward(ada, { conversationId, message, clientMessageId: freshKey() }))).toEqual({
        ...{ code: 'INVALID_INPUT', field: ['messageId'] },
      });
    });

    it('but not if they were stored under a higher limit: the message is found again, and its text can change', async () => {
      const { ada, conversationId } = await scene();
      const request = { conversationId, clientMessageId: freshKey(), text: 'look', attachments: [picture, sound] };
      const message = await world.messages.send(ada, request);
      const { messages } = world.node({ maxAttachments: 1 });
      expect(await messages.send(ada, request)).toEqual(message);
      const edited = await messages.edit(ada, { message, text: 'look there', attachments: [picture, sound] });
      expect(edited).toMatchObject({ text: 'look there', attachments: stored });
    });

    const long = 'x'.repeat(2_048);
    it.each([
      ...[
        ['url', ''],
        ['url', 'nonsense'],
        ['url', '/a.png'],
        ['url', '//example.org/a.png'],
        ['url', 'javascript:alert(1)'],
        ['url', 'data:image/png;base64,AA=='],
        ['url', 'ftp://example.org/a'],
        ['url', `https://example.org/${long}`],
        ['url', `https://example.org/${'ä'.repeat(400)}`],
        ['url', 'https://example.org/a\nb'],
        ['url', 'https://example.org/\ud800'],
        ['url', 'https://ann@example.org/a'],
        ['url', 'https://:secret@example.org/a'],
      ],
      ...[
        ['mediaType', ''],
        ['mediaType', 'image'],
        ['mediaType', 'image/'],
        ['mediaType', 'image/*'],
        ['mediaType', 'image/png;'],
        ['mediaType', 'image/png; q'],
        ['mediaType', 'image/png\n'],
        ['mediaType', ' image/png'],
        ['mediaType', 'imäge/png'],
        ['mediaType', `image/${'x'.repeat(128)}`],
        ['mediaType', `image/png;x=${'x'.repeat(250)}`],
        ['mediaType', `a/b${';a="'.repeat(61)}`],
      ],
      ...[
        ['name', ''],
        ['name', ' \u200b'],
        ['name', 'x'.repeat(256)],
        ['name', 'a\nb'],
        ['name', 'a\u2028b'],
        ['name', 'a\0'],
        ['name', '\udc00.png'],
        ['name', '../a.png'],
        ['name', 'c:\\a.png'],
        ['name', 'gpj.\u202eexe.png'],
        ['name', '\u200fjpg.\u200fexe'],
        ['name', '..'],
      ],
      ...[
        ['alt', 'x'.repeat(1_001)],
        ['alt', 'a\u0007'],
        ['alt', '\ud800'],
      ],
      ...[
        ['size', -1],
        ['size', 1.5],
        ['size', 2 ** 53],
        ['size', Number.POSITIVE_INFINITY],
        ['size', Number.NaN],
      ],
      ...[
        ['width', 0],
        ['width', 1_000_001],
        ['height', -1],
        ['height', 0.5],
        ['durationMs', -1],
        ['durationMs', 2 ** 31],
      ],
    ] as const)('with an invalid %s: %j', async (field, value) => {
      const { ada, conversationId, count } = await scene();
      const message = await world.say(ada, conversationId);
      const before = await count();
      const attachments = [picture, { ...sound, [field]: value }];
      const refused = { code: 'INVALID_INPUT', field: ['attachments', '1', field] };
      expect(await refusal(attach(ada, conversationId, { attachments }))).toEqual(refused);
      expect(await refusal(world.messages.edit(ada, { message, text: 'x', attachments }))).toEqual(refused);
      expect(await count()).toBe(before);
    });
  });

  it.each([
    ['url', 'HTTPS://Example.ORG/ä b', 'https://example.org/%C3%A4%20b'],
    ['url', `https://example.org/${'x'.repeat(2_028)}`, `https://example.org/${'x'.repeat(2_028)}`],
    ['mediaType', 'Image/SVG+XML', 'image/svg+xml'],
    ['mediaType', 'Video/WebM; Codecs="VP8, a\\"b"', 'video/webm; Codecs="VP8, a\\"b"'],
    ['name', '🎉'.repeat(255), '🎉'.repeat(255)],
    ['name', 'קובץ.pdf', 'קובץ.pdf'],
    ['alt', '', null],
    ['alt', '\u200b ', null],
    ['name', '.gitignore', '.gitignore'],
    ['alt', '漢\n字'.repeat(333), '漢\n字'.repeat(333)],
    ['size', 0, 0],
    ['size', 2 ** 53 - 1, 2 ** 53 - 1],
    ['width', 1_000_000, 1_000_000],
    ['durationMs', 2 ** 31 - 1, 2 ** 31 - 1],
  ])('an attachment’s %s can be %j', async (field, value, as) => {
    const { ada, conversationId } = await scene();
    const sent = await attach(ada, conversationId, { attachments: [{ ...sound, [field]: value }] });
    expect(sent.attachments).toEqual([{ ...stored[1], [field]: as }]);
    expect(await world.found(sent)).toEqual(sent);
  });
}
