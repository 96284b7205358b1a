import { describe, expect, test } from 'vitest';
import { type Entry, formatHint, type Hint, type KnownEntry, parseHint } from '../../src/log/index.ts';

const stream = 7n;
const entry: Entry = {
  ...{ streamId: stream, seq: 3, at: new Date('2026-01-02T03:04:05.006Z'), actorId: 8n },
  ...{ type: 'MemberJoined', data: { userId: 8n } },
};
const said: KnownEntry<'MessageSent'> = {
  ...{ streamId: stream, seq: 4, at: entry.at, actorId: 8n, type: 'MessageSent' },
  data: {
    ...{ ordinal: 1, clientMessageId: 'a', text: '', replyToSeq: null, threadRootSeq: null, mentionIds: [8n], mentionsEveryone: false },
    ...{ origin: null, replyCount: 0, hasReactions: false, editedAt: null, recalledAt: null, pinnedAt: null, attachments: [] },
    data: '{"b":"\\"\\\\ü\\n","a":{"__proto__":[1.5]},"10":null}',
    poll: { options: ['ü "', 'b'], multiple: true, anonymous: false, closesAt: new Date('2026-03-01T12:00:00.123Z'), closedAt: null },
  },
};
const typing: Hint = { kind: 'typing', conversationId: stream, userId: 8n, typing: true, except: [] };
const signal: Hint = {
  ...{ kind: 'signal', conversationId: stream, userId: 8n, name: 'ring', data: '{"b":1,"a":"ü"}' },
  ...{ sentAt: new Date('2026-01-02T03:04:05.006Z'), seq: 3, only: null, except: [] },
};
const receipt: Hint = { kind: 'receipt', conversationId: stream, userId: 8n, ownOnly: false, othersOnly: false };

test.each<[string, bigint, Hint]>([
  ['an entry', stream, { kind: 'entry', entry }],
  ['a message with data, to the letter,', stream, { kind: 'entry', entry: said }],
  ['who types', stream, typing],
  ['who has read', stream, receipt],
  ['a signal to all', stream, signal],
  ['a signal to some', stream, { ...signal, data: null, only: [9n, 10n], except: [11n] }],
  // The user's own devices receive it on the account's topic.
  ['that one has read oneself', 8n, { ...receipt, ownOnly: true }],
  ['how far a stream reaches', stream, { kind: 'reach', seq: 5 }],
  ['that markers have moved', 8n, { kind: 'markers', conversationId: stream, count: 5 }],
])('%s arrives as it was sent', (_what, topic, hint) => expect(parseHint(topic, formatHint(hint))).toEqual(hint));

describe('a hint is ignored', () => {
  const text = formatHint({ kind: 'entry', entry });
  test.each([
    ['that is no JSON', 'x'],
    ['that is nothing', ''],
    ['that is null', 'null'],
    ['of a kind that a later release has', '{"v":2,"kind":"dance"}'],
    ['of an entry that is none', '{"v":1,"kind":"entry"}'],
    ['of an entry of another stream', text.replace('"streamId":"7"', '"streamId":"70"')],
    ['of an entry of no time', text.replace(entry.at.toISOString(), 'today')],
    ['of an entry in no place', text.replace('"seq":3', '"seq":0.5')],
    ['of an entry of nobody', text.replace('"actorId":"8"', '"actorId":"eight"')],
    ['of who types elsewhere', formatHint({ ...typing, conversationId: 9n })],
    ['of who types, and is nobody', formatHint(typing).replace('"userId":"8"', '"userId":{}')],
    ['of a signal elsewhere', formatHint({ ...signal, conversationId: 9n })],
    ['of a signal of no time', formatHint(signal).replace('2026-01-02T03:04:05.006Z', 'now')],
    ['of a signal after no place', formatHint(signal).replace('"seq":3', '"seq":"three"')],
    ['of a signal to what is nobody', formatHint(signal).replace('"only":null', '"only":"all"')],
    ['of who has read elsewhere, and is somebody else', formatHint({ ...receipt, conversationId: 9n })],
    ['of a stream that reaches nowhere', '{"v":1,"kind":"reach","seq":"far"}'],
    ['of markers that have not moved a number of times', '{"v":1,"kind":"markers","conversationId":"7","count":"many"}'],
  ])('%s', (_which, message) => expect(parseHint(stream, message)).toBeNull());
});

test('an entry in the form of a later release is hidden, and its position counts', () => {
  const message = formatHint({ kind: 'entry', entry }).replace('"userId":"8"', '"guestId":"8"');
  expect(parseHint(stream, message)).toMatchObject({ entry: { seq: 3, type: 'Hidden', data: null } });
});

test('a message in the form of an earlier release, without attachments and custom data, has a text alone', () => {
  const { attachments, data, poll, ...known } = said.data;
  const { entry: told } = JSON.parse(formatHint({ kind: 'entry', entry: said })) as { readonly entry: { readonly data: object } };
  const earlier = { ...told, data: { ...told.data, attachments: undefined, data: undefined, poll: undefined } };
  expect(parseHint(stream, JSON.stringify({ v: 1, kind: 'entry', entry: earlier }))).toEqual({
    kind: 'entry',
    entry: { ...said, data: { ...known, attachments: [], data: null, poll: null } },
  });
});
