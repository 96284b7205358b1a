import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { ImportOptions } from '../../src/import/index.ts';
import { fileOf, type ImportWorld, importingOn, type Written } from './import-world.ts';
import { march, threeUsers } from './three-users.ts';

type ThreeUsers = ReturnType<typeof threeUsers>;

/** A faulty line after the lines of three users and one message, with its field and the code of the refusal. Faults of the whole line come first. */
type FaultCase = readonly [what: string, line: (of: ThreeUsers) => Written | string, field: string, code?: string];
const faults: readonly FaultCase[] = [
  ['is no JSON', () => '{"kind":', ''],
  ['is JSON of another kind', () => '[1]', 'kind'],
  ['is of no kind', () => ({ kind: 'channel', id: 'c' }), 'kind'],
  ['has a field that there is not', ({ ann, say }) => say(ann, 3, { sent_at: march(3) }), ''],
  ['lacks a field', ({ ann, say }) => say(ann, 3, { sentAt: undefined }), 'sentAt'],
  ['has an id that is too long', ({ ann, say }) => say(ann, 3, { id: 'x'.repeat(201) }), 'id'],
  ['has an id that cannot be stored', ({ ann, say }) => say(ann, 3, { id: 'a\0' }), 'id'],
  ['has no time', ({ ann, say }) => say(ann, 3, { sentAt: 'yesterday' }), 'sentAt'],
  ['has a time without a zone', ({ ann, say }) => say(ann, 3, { sentAt: '2021-03-03T10:00:00' }), 'sentAt'],
  ['is from before there was any chat', ({ ann, say }) => say(ann, 3, { sentAt: '1969-12-31T23:59:59Z' }), 'sentAt'],
  ['is from after today', ({ ann, say }) => say(ann, 3, { sentAt: '2999-01-01T00:00:00Z' }), 'sentAt'],
  ['is older than what stands before it', ({ ann, say }) => say(ann, 1), 'sentAt'],
  ['was edited after today', ({ ann, say }) => say(ann, 3, { editedAt: '2999-01-01T00:00:00Z' }), 'editedAt'],
  ['says nothing', ({ ann, say }) => say(ann, 3, { text: ' ' }), 'text'],
  ['says too much', ({ ann, say }) => say(ann, 3, { text: 'x'.repeat(101) }), 'text'],
  ['says what cannot be stored', ({ ann, say }) => say(ann, 3, { text: 'a\0b' }), 'text'],
  [
    'has a file that is nowhere',
    ({ ann, say }) => say(ann, 3, { attachments: [{ url: 'a.png', mediaType: 'image/png' }] }),
    'attachments.0.url',
  ],
  [
    'has data that nests too deep',
    ({ ann, say }) => say(ann, 3, { data: JSON.parse(`${'{"a":'.repeat(11)}1${'}'.repeat(11)}`) }),
    `data${'.a'.repeat(10)}`,
  ],
  ['has a reaction that is none', ({ ann, say }) => say(ann, 3, { reactions: [{ emoji: 'ok', users: [ann] }] }), 'reactions.0.emoji'],
  [
    'has too many reactions',
    ({ ann, say }) => say(ann, 3, { reactions: ['👍', '🎉', '😀'].map((emoji) => ({ emoji, users: [ann] })) }),
    'reactions',
    'LIMIT_REACHED',
  ],
  ['is by nobody', ({ say }) => say('nobody', 3), 'sender', 'NOT_FOUND'],
  ['is said nowhere', ({ ann, say }) => say(ann, 3, { conversation: 'nowhere' }), 'conversation', 'NOT_FOUND'],
  ['answers nothing', ({ ann, say }) => say(ann, 3, { replyTo: 'nothing' }), 'replyTo', 'NOT_FOUND'],
  ['answers itself', ({ ann, say }) => say(ann, 3, { id: 'self', replyTo: 'self' }), 'replyTo', 'NOT_FOUND'],
  ['is in no thread', ({ ann, say }) => say(ann, 3, { thread: 'nothing' }), 'thread', 'NOT_FOUND'],
  ['mentions nobody', ({ ann, say }) => say(ann, 3, { mentions: [ann, 'nobody'] }), 'mentions.1', 'NOT_FOUND'],
  [
    'has reactions of nobody',
    ({ ann, say }) => say(ann, 3, { reactions: [{ emoji: '👍', users: ['nobody'] }] }),
    'reactions.0.users.0',
    'NOT_FOUND',
  ],
  ['is said between two by a third', ({ cy, say, direct }) => say(cy, 3, { conversation: direct.id }), 'sender'],
  ['was read by nobody', ({ group }) => ({ kind: 'read', user: 'nobody', conversation: group.id, message: 'm1' }), 'user', 'NOT_FOUND'],
  [
    'was read in another conversation',
    ({ ann, direct }) => ({ kind: 'read', user: ann, conversation: direct.id, message: 'm1' }),
    'message',
    'NOT_FOUND',
  ],
  ['says nothing, by nobody', ({ say }) => say('nobody', 3, { text: ' ' }), 'text'],
  ['is said tomorrow, nowhere', ({ ann, say }) => say(ann, 3, { conversation: 'nowhere', sentAt: '2999-01-01T00:00:00Z' }), 'sentAt'],
  ['is a user with no handle', () => ({ kind: 'user', id: 'new', handle: 'a b' }), 'handle'],
  ['is a user with a handle that is taken', ({ ann }) => ({ kind: 'user', id: 'new', handle: ann.toUpperCase() }), 'handle', 'CONFLICT'],
  ['is a user with no name', () => ({ kind: 'user', id: 'new', handle: 'new.one', displayName: ' ' }), 'displayName'],
  ['is a user with a picture that is nowhere', () => ({ kind: 'user', id: 'new', handle: 'new.one', avatarUrl: 'x' }), 'avatarUrl'],
  ['is a user of tomorrow', () => ({ kind: 'user', id: 'new', handle: 'new.one', createdAt: '2999-01-01T00:00:00Z' }), 'createdAt'],
  ['is a user with a subject of no issuer', () => ({ kind: 'user', id: 'new', handle: 'new.one', subject: 'x' }), 'issuer'],
  ['is between one', ({ ann }) => ({ kind: 'direct', id: 'new', users: [ann] }), 'users'],
  ['is between one and nobody', ({ ann }) => ({ kind: 'direct', id: 'new', users: [ann, 'nobody'] }), 'users.1', 'NOT_FOUND'],
  ['is a group without a name', ({ group }) => ({ ...group, id: 'new', name: '' }), 'name'],
  ['is a group without an owner', ({ group, ann }) => ({ ...group, id: 'new', members: [{ user: ann }] }), 'members'],
  [
    'is a group of two owners',
    ({ group, ann, ben }) => ({ ...group, id: 'new', members: [ann, ben].map((user) => ({ user, role: 'OWNER' })) }),
    'members',
  ],
  [
    'is a group with somebody twice',
    ({ group, ann }) => ({ ...group, id: 'new', members: [...group.members, { user: ann }] }),
    'members.3.user',
  ],
  [
    'is a group of too many',
    ({ group, ann }) => ({ ...group, id: 'new', members: [...group.members, ...Array(3).fill({ user: ann })] }),
    'members',
    'LIMIT_REACHED',
  ],
  [
    'is a group with nobody',
    ({ group }) => ({ ...group, id: 'new', members: [{ user: 'nobody', role: 'OWNER' }] }),
    'members.0.user',
    'NOT_FOUND',
  ],
  [
    'is a group with a nickname that nobody sees',
    ({ group, ann }) => ({ ...group, id: 'new', members: [{ user: ann, role: 'OWNER', nickname: ' ' }] }),
    'members.0.nickname',
  ],
  ['is a group of tomorrow', ({ group }) => ({ ...group, id: 'new', createdAt: '2999-01-01T00:00:00Z' }), 'createdAt'],
];

/** What imports promise for lines that cannot be stored, on any database. */
export function promisesOfFaults(open: () => Promise<Db>): void {
  let world: ImportWorld;
  beforeAll(async () => {
    world = importingOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** The reported faults of lines that are left out. */
  async function leftOut(lines: readonly (Written | string)[], how: 'run' | 'check' = 'run') {
    const told: (readonly [number: number, field: string, code: string])[] = [];
    const options: ImportOptions = {
      skipFaulty: true,
      onFault: ({ number, error }) => void told.push([number, error.field?.join('.') ?? '', error.code]),
    };
    return { told, summary: await world.imports[how](fileOf(lines), options) };
  }

  describe('a line', () => {
    it.each(
      faults.map((fault): readonly [string, FaultCase] => [fault[0], fault]),
    )('that %s is left out with its field named, by check as by run, and all others are stored', async (_, [
      ,
      line,
      field,
      code = 'INVALID_INPUT',
    ]) => {
      const of = threeUsers();
      const before = of.say(of.ann, 2);
      const lines = [...of.start, before, line(of), of.say(of.ben, 4)];
      const expected = [[7, field, code]];
      expect((await leftOut(lines, 'check')).told).toEqual(expected);
      const { told, summary } = await leftOut(lines);
      expect(told).toEqual(expected);
      expect(summary).toMatchObject({ lines: 8, messages: 2, faulty: 1, opened: 1 });
      const ann = await world.viewer(of.ann);
      expect(await world.messages(ann, (await world.group(ann, of.name)) ?? -1n)).toHaveLength(2);
    });

    it('that contradicts an earlier file is reported by check as by run', async () => {
      const of = threeUsers();
      const more = { kind: 'user', id: `${of.cy}.2`, handle: `${of.cy}.2`, subject: of.cy, issuer: 'https://id.example.com' };
      await world.bring([...of.start, of.say(of.ann, 5), { ...more, id: `${of.cy}.1`, handle: `${of.cy}.1` }]);
      const members = [{ user: `${of.cy}.1`, role: 'OWNER' }, { user: more.id }];
      const lines = [
        ...[more, of.say(of.ann, 4), of.say(of.cy, 4, { conversation: of.direct.id }), { ...of.group, id: 'new', members }],
        of.say(of.ann, 4, { conversation: of.direct.id }),
      ];
      const expected = [
        [2, 'sentAt', 'INVALID_INPUT'],
        [3, 'sender', 'INVALID_INPUT'],
        [4, 'members.1.user', 'INVALID_INPUT'],
      ];
      expect((await leftOut(lines, 'check')).told).toEqual(expected);
      expect((await leftOut(lines)).told).toEqual(expected);
    });

    it('that gives a group the id of a direct conversation is reported, in the same file as in another, and changes neither', async () => {
      const of = threeUsers();
      const [asDirect, asGroup] = [
        { ...of.direct, id: of.group.id },
        { ...of.group, id: of.direct.id },
      ];
      const lines = [...of.start, asDirect, asGroup];
      const told = [6, 7].map((number) => [number, 'id', 'CONFLICT']);
      expect((await leftOut(lines, 'check')).told).toEqual(told);
      expect((await leftOut(lines)).told).toEqual(told);
      for (const how of ['check', 'run'] as const) {
        expect(await leftOut([asGroup, of.direct, of.group, asDirect], how)).toMatchObject({
          told: [1, 4].map((number) => [number, 'id', 'CONFLICT']),
          summary: { known: 2, conversations: 0 },
        });
      }
    });

    it('that cannot be stored stops the file: earlier lines are stored, later ones are not', async () => {
      const of = threeUsers();
      const lines = [...of.start, of.say(of.ann, 2), of.say('nobody', 3), of.say(of.ben, 4)];
      expect(await world.stopped(lines)).toEqual(['Line 7', 'sender', 'NOT_FOUND']);
      const { id } = await world.db.client.conversation.findFirstOrThrow({ where: { name: of.name } });
      expect(await world.db.client.message.findMany({ where: { conversationId: id }, select: { text: true } })).toEqual([
        { text: 'text 1' },
      ]);
      expect(await world.group(await world.viewer(of.ann), of.name)).toBeNull();
      // Once the line is mended, the file continues.
      expect(await world.bring([...lines.slice(0, 6), { ...lines[6], sender: of.cy }, ...lines.slice(7)])).toMatchObject({
        messages: 2,
        known: 6,
        opened: 1,
      });
    });

    it('that is repeated is stored once', async () => {
      const of = threeUsers();
      const message = of.say(of.ann, 2);
      expect(await world.bring([...of.start, ...of.start, message, message])).toMatchObject({
        users: 3,
        conversations: 2,
        messages: 1,
        known: 6,
      });
    });
  });

  describe('a file', () => {
    it('can have a byte order mark, any line endings and empty lines', async () => {
      const of = threeUsers();
      const [first = '', ...others] = of.start.map((line) => JSON.stringify(line));
      expect((await leftOut([`\ufeff${first}\r`, '', '  \r', ...others.map((line) => `${line}\r`), ''])).told).toEqual([]);
    });

    it('with lines that are not UTF-8 or too long has them reported and skipped', async () => {
      const of = threeUsers();
      const told: number[] = [];
      async function* chunks(): AsyncGenerator<Uint8Array> {
        yield* fileOf([...of.users, '']);
        yield Uint8Array.from([0x22, 0xff, 0x22, 0x0a]);
        for (let megabyte = 0; megabyte < 17; megabyte += 1) yield Buffer.alloc(1_048_576, 'x');
        yield* fileOf(['', of.group]);
      }
      const summary = await world.imports.run(chunks(), { skipFaulty: true, onFault: ({ number }) => void told.push(number) });
      expect(told).toEqual([4, 5]);
      expect(summary).toMatchObject({ users: 3, conversations: 1, faulty: 2 });
    });
  });
}
