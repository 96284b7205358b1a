import { parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { isWatch, readWatch } from '../../client/document.ts';
import { readTyped } from '../../client/typed-document.ts';
import { FollowTextsDocument, ResumableConversationDocument, ResumableDocument } from '../support/generated/graphql.ts';

const full = `__typename ... on LogEvent { streamId seq }
  ... on StreamReady { positions { streamId seq epoch } }
  ... on ResyncRequired { streamId lastSeq resyncReason }
  ... on ConversationOpened { position { streamId seq epoch } }
  ... on ConversationClosed { conversationId }`;

function events(selected: string, args = '(after: $after)') {
  return parse(`subscription ($after: [PositionInput!]) { events${args} { ${selected} } }`);
}

describe('a document that can be resumed', () => {
  it.each([
    ['through fragments', ResumableDocument],
    ['of one conversation', ResumableConversationDocument],
    ['written out', events(full)],
    ['of an interface that has it', events(full.replace('on LogEvent', 'on Event'))],
    ['with a name of its own', parse(`subscription ($after: [PositionInput!]) { __typename mine: events(after: $after) { ${full} } }`)],
    [
      'by fragments at the root',
      parse(
        `subscription ($after: [PositionInput!]) { ...All } fragment All on Subscription { ... { events(after: $after) { ${full} } } }`,
      ),
    ],
  ])('is accepted %s', (_name, document) => {
    expect(() => readWatch(document)).not.toThrow();
    expect(isWatch(document)).toBe(true);
  });

  it.each([
    ['a name', full.replace('__typename', ''), '__typename'],
    ['a field', full.replace('lastSeq', ''), '... on ResyncRequired { streamId lastSeq resyncReason }'],
    ['a field below', full.replace('epoch', ''), '... on StreamReady { positions { streamId seq epoch } }'],
    ['a field but for an alias', full.replace('conversationId', 'id: conversationId'), '... on ConversationClosed { conversationId }'],
    ['a field but under a condition', full.replace('on LogEvent', 'on LogEvent @include(if: true)'), '... on LogEvent { streamId seq }'],
    ['a field of other types', full.replace('on LogEvent', 'on MessageSent'), '... on LogEvent { streamId seq }'],
  ])('that lacks %s is refused with what to add', (_what, selected, told) => {
    expect(() => readWatch(events(selected))).toThrow(told);
  });

  it('is refused with everything that it lacks, and nothing else', () => {
    expect(() => readWatch(FollowTextsDocument)).toThrow('(epoch: $epoch)');
    const said =
      'select as well, without aliases:\n  ... on LogEvent { streamId seq }\n  ... on StreamReady { positions { streamId seq epoch } }';
    const missing = full.replace('streamId seq', 'seq').replace('positions', 'positions: places');
    expect(() => readWatch(events(missing))).toThrow(new RegExp(`${RegExp.escape(said)}$`));
  });

  it('must take its position from variables', () => {
    expect(() => readWatch(events(full, ''))).toThrow('(after: $after)');
  });
});

it.each([
  '{ viewer { id } }',
  'subscription { presence(userIds: []) { id } }',
  'subscription { a: events { at } b: events { at } }',
  'subscription { a: events { at } ...B } fragment B on Subscription { events { at } }',
  'subscription { ...Unknown }',
])('a document without exactly one subscription that can be resumed is refused: %s', (text) => {
  expect(isWatch(parse(text))).toBe(false);
  expect(() => readWatch(parse(text))).toThrow('Only a document with one subscription');
});

describe('a document from codegen', () => {
  // As codegen makes it with `documentMode: 'string'`.
  class TypedDocumentString extends String {
    readonly __meta__ = { hash: 'sha256:one' };
  }

  const query = print(ResumableDocument);

  it('is read from its tree or text, and sent as text or by its hash', () => {
    const named = { query: '', extensions: { persistedQuery: { version: 1, sha256Hash: 'sha256:one' } } };
    expect(readTyped(query, false)).toEqual({ parsed: parse(query), named: { query } });
    expect(readTyped(new TypedDocumentString(query), false)).toEqual({ parsed: parse(query), named: { query } });
    expect(readTyped(new TypedDocumentString(query), true)).toEqual({ parsed: parse(query), named });
    expect(readTyped(ResumableDocument, false)).toEqual({ parsed: ResumableDocument, named: { query } });
    const hashed = Object.assign({ ...ResumableDocument }, { __meta__: { hash: 'sha256:one' } });
    expect(readTyped(hashed, true).named).toEqual(named);
  });

  it('is refused without its text, and if it has no hash to be sent by', () => {
    // The type that codegen declares, which is not what it makes.
    const replaced = { __meta__: { hash: 'sha256:one' } } as unknown as typeof ResumableDocument;
    expect(() => readTyped(replaced, true)).toThrow('embedHashInDocument');
    expect(() => readTyped(ResumableDocument, true)).toThrow('persistedDocuments');
    expect(() => readTyped(query, true)).toThrow('persistedDocuments');
  });
});
