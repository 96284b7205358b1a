import { beforeAll, describe, expect, it } from 'vitest';
import { adminUrl, appoint, askAdmin } from '../support/admin-caller.ts';
import {
  AskDocument,
  EditMessageDocument,
  RecallMessageDocument,
  ReportMessageDocument,
  ReportUserDocument,
  SendMessageDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const place = world({ REPORTS_PER_DAY: '1000' });
let admin: Person;

beforeAll(async () => {
  const [ann] = await place.people('admin');
  admin = await appoint(place, ann);
});

async function operators(document: string, variables: object = {}) {
  const { data, errors } = await askAdmin(adminUrl(place), document, variables, admin);
  expect(errors).toBeUndefined();
  return data as Readonly<Record<string, unknown>>;
}

async function report(as: Person, messageId: string, reason = 'HATE') {
  const { reportMessage } = await place.ask(ReportMessageDocument, { input: { messageId, reason: reason as 'HATE', note: 'look' } }, as);
  return reportMessage;
}

const itemFields = `id kind state user { id handle } group { id name description memberCount } textThen
  message { id text attachments { url mediaType name alt } data pollOptions sender { id } recalledAt } context { text pollOptions } reporters reasons { reason count } action note resolvedBy { handle }
  reports { edges { node { reporter { id } reason note textThen words { list word } } } }`;

async function itemsAbout(userId: string, state = 'OPEN'): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const document = `query ($state: ModerationState) { moderationQueue(state: $state, first: 100) { edges { node { ${itemFields} } } } }`;
  const { moderationQueue } = (await operators(document, { state })) as {
    moderationQueue: { edges: readonly { node: { user: { id: string } | null } }[] };
  };
  return moderationQueue.edges.map(({ node }) => node).filter(({ user }) => user?.id === userId);
}

describe('a report', () => {
  it('shows admins the reporters, the message at the time and its context, until they decide', async () => {
    const [ann, ben, cat] = await place.people('ann', 'ben', 'cat');
    const group = await place.group(ann, ben, cat);
    await place.say(ben, group, 'hello');
    const { id: messageId } = await place.say(ann, group, 'something bad');
    expect(await report(ben, messageId)).toEqual({ message: { id: messageId, text: 'something bad' }, errors: [] });
    const file = { url: 'https://example.org/a', mediaType: 'image/png', name: 'a.png', alt: null };
    await place.ask(EditMessageDocument, { input: { messageId, text: 'something nice', attachments: [file], data: { a: 'b' } } }, ann);
    expect((await report(cat, messageId, 'SPAM')).errors).toEqual([]);
    const [item, ...others] = await itemsAbout(ann.id);
    expect(others).toEqual([]);
    expect(item).toMatchObject({
      ...{ kind: 'MESSAGE', state: 'OPEN', textThen: 'something bad', reporters: 2, action: null, resolvedBy: null },
      user: { id: ann.id, handle: ann.handle },
      group: { id: group, name: 'The group', memberCount: 3 },
      message: { id: messageId, text: 'something nice', attachments: [file], data: { a: 'b' }, sender: { id: ann.id }, recalledAt: null },
      context: [
        { text: 'hello', pollOptions: [] },
        { text: 'something nice', pollOptions: [] },
      ],
    });
    const then = 'something nice\nimage/png https://example.org/a “a.png”\n{"a":"b"}';
    const { edges } = (item as { reports: { edges: readonly unknown[] } } | undefined)?.reports ?? { edges: [] };
    expect(new Set(edges)).toEqual(
      new Set([
        { node: { reporter: { id: cat.id }, reason: 'SPAM', note: 'look', textThen: then, words: [] } },
        { node: { reporter: { id: ben.id }, reason: 'HATE', note: 'look', textThen: 'something bad', words: [] } },
      ]),
    );

    const listening = place.listen(ann);
    await listening.ready();
    const resolve =
      'mutation ($input: ResolveReportInput!) { resolveReport(input: $input) { item { state action note resolvedBy { handle } } errors { code field } } }';
    const input = { itemId: item?.['id'], action: 'REMOVE_MESSAGE', note: 'out' };
    expect(await operators(resolve, { input })).toEqual({
      resolveReport: {
        item: { state: 'RESOLVED', action: 'REMOVE_MESSAGE', note: 'out', resolvedBy: { handle: admin.handle } },
        errors: [],
      },
    });
    const told = await listening.until(({ __typename }) => __typename === 'MessageRecalled');
    expect(told.at(-1)).toMatchObject({ actor: null, message: { id: messageId, text: '' } });
    expect(await operators(resolve, { input: { ...input, action: 'DISMISS' } })).toEqual({
      resolveReport: { item: null, errors: [{ code: 'CONFLICT', field: ['input', 'itemId'] }] },
    });
    expect(await itemsAbout(ann.id)).toEqual([]);
    const [resolved] = await itemsAbout(ann.id, 'RESOLVED');
    expect(resolved).toMatchObject({
      textThen: 'something bad',
      message: { text: '', attachments: [], data: null, recalledAt: expect.any(String) },
    });
  });

  it('shows the options of polls, in the message and its context, until the message is recalled', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const conversationId = await place.group(ann, ben);
    const ask = async (text: string, ...options: readonly string[]) => {
      const { sendMessage } = await place.ask(
        AskDocument,
        { input: { conversationId, clientMessageId: text, text, poll: { options } } },
        ann,
      );
      return given(sendMessage.messageEdge, sendMessage.errors).node.id;
    };
    await ask('First?', 'nice', 'nicer');
    const messageId = await ask('Then?', 'something bad', 'nice');
    await report(ben, messageId);
    expect(await itemsAbout(ann.id)).toMatchObject([
      {
        textThen: 'Then?\n○ something bad\n○ nice',
        message: { id: messageId, pollOptions: ['something bad', 'nice'] },
        context: [{ pollOptions: ['nice', 'nicer'] }, { pollOptions: ['something bad', 'nice'] }],
      },
    ]);
    await place.ask(RecallMessageDocument, { input: { messageId } }, ann);
    expect(await itemsAbout(ann.id)).toMatchObject([{ message: { text: '', pollOptions: [] } }]);
  });

  it('by the same user again is still one report, and a message that the user does not see cannot be reported', async () => {
    const [ann, ben, dan] = await place.people('ann', 'ben', 'dan');
    const { id } = await place.say(ann, await place.group(ann, ben), 'something bad');
    for (const reason of ['SPAM', 'SPAM', 'HATE']) expect((await report(ben, id, reason)).errors).toEqual([]);
    expect(await itemsAbout(ann.id)).toMatchObject([{ reporters: 1, reasons: [{ reason: 'HATE', count: 1 }] }]);
    expect(refusals((await report(dan, id)).errors)).toEqual(['NOT_FOUND input.messageId']);
    expect(refusals((await report(ann, id)).errors)).toEqual(['INVALID_INPUT input.messageId']);
  });

  it('can be about a user, and keeps the name that they had', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const { reportUser } = await place.ask(ReportUserDocument, { input: { userId: ann.id, reason: 'IMPERSONATION' } }, ben);
    expect(reportUser).toEqual({ user: { id: ann.id, handle: ann.handle }, errors: [] });
    expect(await itemsAbout(ann.id)).toMatchObject([
      { kind: 'USER', textThen: `${ann.handle} (@${ann.handle})`, message: null, group: null, context: [] },
    ]);
    const own = await place.ask(ReportUserDocument, { input: { userId: ben.id, reason: 'OTHER' } }, ben);
    expect(refusals(own.reportUser.errors)).toEqual(['INVALID_INPUT input.userId']);
  });
});

describe('blocked words', () => {
  it('are set by admins, and messages with them are refused, masked or put in the queue', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const group = await place.group(ann, ben);
    const set =
      'mutation ($input: SetBlockedWordsInput!) { setBlockedWords(input: $input) { list { name action wordCount words updatedBy { handle } } errors { code field message } } }';
    const input = { name: 'animals', action: 'REFUSE', words: ['Badger'] };
    const list = { name: 'animals', action: 'REFUSE', wordCount: 1, words: ['Badger'], updatedBy: { handle: admin.handle } };
    expect(await operators(set, { input })).toEqual({ setBlockedWords: { list, errors: [] } });
    const send = async (text: string) => {
      const { sendMessage } = await place.ask(
        SendMessageDocument,
        { input: { conversationId: group, clientMessageId: crypto.randomUUID(), text } },
        ann,
      );
      return sendMessage;
    };
    const refused = await send('a ｂａｄｇｅｒ');
    expect(refusals(refused.errors)).toEqual(['INVALID_INPUT input.text']);
    await operators(set, { input: { name: 'animals', action: 'MASK' } });
    const masked = await send('a ｂａｄｇｅｒ!');
    expect(masked.messageEdge?.node).toMatchObject({ text: 'a ******!' });
    await operators(set, { input: { name: 'animals', action: 'FLAG' } });
    const { messageEdge } = await send('a badger');
    expect(await itemsAbout(ann.id)).toMatchObject([
      {
        ...{ kind: 'MESSAGE', textThen: 'a badger', reporters: 0, reasons: [{ reason: 'BLOCKED_WORDS', count: 1 }], context: [] },
        message: { id: messageEdge?.node.id },
        reports: { edges: [{ node: { reporter: null, words: [{ list: 'animals', word: 'Badger' }] } }] },
      },
    ]);
    expect(await operators('mutation { removeBlockedWords(input: { name: "animals" }) { name errors { code } } }')).toEqual({
      removeBlockedWords: { name: 'animals', errors: [] },
    });
    expect(await operators('{ blockedWordLists { name } }')).toEqual({ blockedWordLists: [] });
  });
});

describe('decisions of admins and changes of blocked words', () => {
  it('are in the audit, with the state before and after', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    await place.ask(ReportUserDocument, { input: { userId: ann.id, reason: 'SPAM' } }, ben);
    const [item] = await itemsAbout(ann.id);
    const resolve = 'mutation ($input: ResolveReportInput!) { resolveReport(input: $input) { errors { code } } }';
    await operators(resolve, { input: { itemId: item?.['id'], action: 'OTHER', note: 'suspended' } });
    const set = 'mutation ($input: SetBlockedWordsInput!) { setBlockedWords(input: $input) { errors { code } } }';
    await operators(set, { input: { name: 'audited', words: ['badger'] } });
    await operators(set, { input: { name: 'audited', enabled: false } });
    await operators('mutation { removeBlockedWords(input: { name: "audited" }) { errors { code } } }');
    const { items } = await place.node.chat.audit.list({}, { first: 4 });
    const shown = items.map(({ action, target, before, after }) => ({
      ...{ action, target },
      before: before && (JSON.parse(before) as object),
      after: after && (JSON.parse(after) as object),
    }));
    const list = 'BlockedWordList:audited';
    expect(shown).toMatchObject([
      { action: 'removeBlockedWords', target: list, before: { enabled: false, wordCount: 1 }, after: null },
      { action: 'setBlockedWords', target: list, before: { enabled: true }, after: { enabled: false } },
      { action: 'setBlockedWords', target: list, after: { enabled: true, wordCount: 1 } },
      { action: 'resolveReport', target: `ModerationItem:${String(item?.['id'])}`, after: { action: 'OTHER', note: 'suspended' } },
    ]);
  });
});
