import { buildSchema, execute, type GraphQLSchema, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { type Sharing, schema, sharingOf } from '../../schema/index.ts';

const events = ['Said', 'Seen', 'Left'] as const;
// All other fields depend on the viewer.
const declared = ['at', 'place', 'text', 'thing', 'again', 'name', 'id', 'weight', 'kept'];

/** A small schema of events. `Secret.id` and `Left.at` are not shareable, although fields of these names are elsewhere. */
function smallSchema(read: () => void = () => undefined): GraphQLSchema {
  const built = buildSchema(`
    interface Event { at: Int place: Place }
    interface Placed implements Event { at: Int place: Place viewerMark: Int }
    type Said implements Event { at: Int place: Place text(upper: Boolean, words: [Word!]): String thing: Thing again: Said viewerMark: Int }
    type Seen implements Placed & Event { at: Int place: Place viewerMark: Int }
    type Left implements Event { at: Int place: Place }
    type Place { name: String viewerName: String kept: Thing }
    interface Thing { id: ID }
    type Stone implements Thing { id: ID weight: Int }
    type Secret implements Thing { id: ID }
    input Word { text: String! }
    type Query { place: Place }
    type Subscription { events(after: [Int!], mode: String! = "all", limit: Int): Event lasting(id: ID!, after: Int): Said crowd(ids: [ID!]!): Event number: Int }
  `);
  for (const type of Object.values(built.getTypeMap())) {
    if (!('getFields' in type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const shareable = declared.includes(field.name) && type.name !== 'Secret' && !(type.name === 'Left' && field.name === 'at');
      Object.defineProperty(field, 'extensions', {
        get() {
          read();
          return { shareable };
        },
      });
    }
  }
  const event = built.getType('Event');
  Object.assign(event ?? {}, { resolveType: ({ type }: { readonly type: unknown }) => type });
  return built;
}

const small = smallSchema();

function share(text: string, operationName?: string): Sharing {
  const document = parse(text);
  expect(validate(small, document)).toEqual([]);
  return sharingOf(small, document, operationName);
}

function typesOf(text: string): readonly string[] {
  return [...share(text).types].sort();
}

describe('the types of events that are shared for a document', () => {
  test.each([
    ['fields that are declared shareable', 'subscription { events { place { name } } }', ['Left', 'Said', 'Seen']],
    ['nothing but the names of types', 'subscription { events { __typename place { __typename } } }', ['Left', 'Said', 'Seen']],
    ['a field that one type declares otherwise', 'subscription { events { at } }', ['Said', 'Seen']],
    ['a field of the viewer on one type', 'subscription { events { place { name } ... on Said { viewerMark } } }', ['Left', 'Seen']],
    ['a field of the viewer below all types', 'subscription { events { place { viewerName } } }', []],
    ['a field of the viewer under another name', 'subscription { events { ... on Said { text: viewerMark } } }', ['Left', 'Seen']],
    ['a field that only looks like one of the viewer', 'subscription { events { ... on Said { viewerMark: text } } }', [...events].sort()],
    ['a field of the viewer that is skipped', 'subscription { events { ... on Said { viewerMark @skip(if: true) } } }', ['Left', 'Seen']],
    [
      'a field of the viewer three levels down',
      'subscription { events { ... on Said { again { again { viewerMark } } } } }',
      ['Left', 'Seen'],
    ],
    ['an interface that one type has', 'subscription { events { ... on Placed { viewerMark } } }', ['Left', 'Said']],
    ['a condition that no type widens', 'subscription { events { ... on Event { place { viewerName } } } }', []],
    [
      'a condition within a condition',
      'subscription { events { ... on Said { ... on Event { place { viewerName } } } } }',
      ['Left', 'Seen'],
    ],
    [
      'conditions that exclude each other',
      'subscription { events { ... on Said { ... on Event { ... on Placed { viewerMark } } } } }',
      [...events].sort(),
    ],
    ['a condition without a type', 'subscription { events { ... { ... @include(if: true) { place { viewerName } } } } }', []],
    ['an interface of which one type is secret', 'subscription { events { ... on Said { thing { id } } } }', ['Left', 'Seen']],
    [
      'that interface, the secret left out',
      'subscription { events { ... on Said { thing { ... on Stone { id weight } } } } }',
      [...events].sort(),
    ],
    [
      'a fragment',
      'subscription { events { ...F } } fragment F on Event { place { name } ... on Seen { ...G } } fragment G on Event { ... on Placed { viewerMark } }',
      ['Left', 'Said'],
    ],
    [
      'a fragment in two places',
      'subscription { events { ...F ... on Said { again { ...F } } } } fragment F on Event { ... on Seen { viewerMark } }',
      ['Left', 'Said'],
    ],
    ['a root that is said twice', 'subscription { events { place { name } } events { ... on Seen { viewerMark } } }', ['Left', 'Said']],
    [
      'a root within fragments',
      'subscription { ...R } fragment R on Subscription { ... on Subscription { e: events { ... on Seen { viewerMark } } } }',
      ['Left', 'Said'],
    ],
    ['a root with one type', 'subscription { lasting(id: 1) { place { name } } }', ['Said']],
    ['a root with one type, and a field of the viewer', 'subscription { lasting(id: 1) { viewerMark } }', []],
    ['a root that is no object', 'subscription { number }', []],
    ['a query', '{ place { name } }', []],
  ])('%s', (_what, text, types) => {
    expect(typesOf(text)).toEqual(types);
  });

  test('decide for an event alone whether it is covered', () => {
    const { covers } = share('subscription { events { at } }');
    expect(['Said', 'Seen', 'Left', 'Unheard', undefined].map((type) => covers({ type }))).toEqual([true, true, false, false, false]);
    expect(share('subscription { lasting(id: 1) { at } }').covers({})).toBe(true);
    expect(share('subscription { number }').covers({})).toBe(false);
  });

  test('are those of the named operation only', () => {
    const text = `subscription Open { events { place { name } } }
      subscription Own($up: Boolean) { events { ... on Said { viewerMark text(upper: $up) } } }
      query Q { place { viewerName } }`;
    expect([...share(text, 'Open').types].sort()).toEqual(['Left', 'Said', 'Seen']);
    expect(share(text, 'Open').variables).toEqual([]);
    expect([...share(text, 'Own').types].sort()).toEqual(['Left', 'Seen']);
    expect(share(text, 'Own').variables).toEqual(['up']);
    expect(share(text, 'Q').types.size).toBe(0);
  });

  test('are none if no operation can be chosen', () => {
    const { types, covers } = share('subscription A { events { at } } subscription B { events { at } }');
    expect(types.size).toBe(0);
    expect(covers({ type: 'Said' })).toBe(false);
  });
});

describe('the variables on which sharing depends', () => {
  test.each([
    ['in an argument', 'subscription($a: Boolean) { events { ... on Said { text(upper: $a) } } }', ['a']],
    ['deep in an argument', 'subscription($a: String!) { events { ... on Said { text(words: [{ text: $a }]) } } }', ['a']],
    ['in a directive', 'subscription($a: Boolean!) { events { ... on Said { at @include(if: $a) } } }', ['a']],
    ['in a directive on a condition', 'subscription($a: Boolean!) { events { ... on Said @skip(if: $a) { at } } }', ['a']],
    [
      'in a directive on a spread',
      'subscription($a: Boolean!) { events { ...F @skip(if: $a) } } fragment F on Event { place { name } }',
      ['a'],
    ],
    [
      'in a fragment within a fragment',
      'subscription($a: Boolean) { events { ...F } } fragment F on Event { ...G } fragment G on Said { text(upper: $a) }',
      ['a'],
    ],
    [
      'in several places, in whatever order',
      'subscription($b: Boolean! $a: Boolean!) { events { at @skip(if: $b) place { name @skip(if: $a) } ... on Seen { at @skip(if: $b) } } }',
      ['a', 'b'],
    ],
    [
      'below the root that is said twice',
      'subscription($a: Boolean! $b: Boolean!) { events { at @skip(if: $b) } events { at @skip(if: $a) } }',
      ['a', 'b'],
    ],
  ])('are those %s', (_where, text, variables) => {
    expect(share(text).variables).toEqual(variables);
  });

  test('are not those of the root field’s arguments, unless they are used below too', () => {
    expect(share('subscription($a: [Int!]) { events(after: $a) { at } }').variables).toEqual([]);
    expect(share('subscription($a: [Int!] $m: String!) { events(after: $a, mode: $m) { at } }').variables).toEqual([]);
    const both = 'subscription($id: ID!, $n: Int, $s: String!) { lasting(id: $id, after: $n) { text(words: [{ text: $s }]) } }';
    expect(share(both).variables).toEqual(['s']);
  });
});

describe('the document that is executed for each event', () => {
  test('has no optional arguments at its root, and no variables that only they use', () => {
    const text = `subscription One($a: [Int!], $m: String!, $u: Boolean, $n: Int) { ...R }
      fragment R on Subscription { events(after: $a, mode: $m, limit: $n) { ... on Said { text(upper: $u) } } }
      subscription Two($id: ID!, $n: Int) { lasting(id: $id, after: $n) { at } }`;
    expect(share(text, 'One').eventVariables).toEqual(['u']);
    expect(share(text, 'Two').eventVariables).toEqual(['id']);
    expect(validate(small, share(text, 'One').perEvent)).toEqual([]);
  });

  test('has no lists at its root, even if one is required', () => {
    const { perEvent, eventVariables } = share(
      'subscription($ids: [ID!]!, $u: Boolean) { crowd(ids: $ids) { ... on Said { text(upper: $u) } } }',
    );
    expect(eventVariables).toEqual(['u']);
    expect(validate(small, perEvent)).toEqual([]);
    expect(JSON.stringify(share('subscription { crowd(ids: ["a", "b"]) { at } }').perEvent)).not.toContain('"a"');
  });

  test('has the same result as the whole document, without positions', () => {
    const document = parse(
      'subscription($a: [Int!]!, $u: Boolean!) { events(after: $a) { __typename ... on Said @include(if: $u) { at } } }',
    );
    const { perEvent, eventVariables } = sharingOf(small, document);
    const rootValue = { events: { type: 'Said', at: 7 } };
    const whole = execute({ schema: small, document, rootValue, variableValues: { a: [1, 2], u: true } });
    expect(eventVariables).toEqual(['u']);
    expect(execute({ schema: small, document: perEvent, rootValue, variableValues: { u: true } })).toEqual(whole);
    expect(whole).toEqual({ data: { events: { __typename: 'Said', at: 7 } } });
  });

  test('keeps the arguments of everything below the root', () => {
    const { perEvent } = share('subscription { events(limit: 1) { ... on Said { text(upper: true) } } }');
    expect(execute({ schema: small, document: perEvent, rootValue: { events: { type: 'Said', text: 'hi' } } })).toEqual({
      data: { events: { text: 'hi' } },
    });
    expect(JSON.stringify(perEvent)).toContain('"upper"');
    expect(JSON.stringify(perEvent)).not.toContain('"limit"');
  });
});

describe('the analysis of a document', () => {
  /** The number of fields that are looked up for a document. */
  function looks(text: string): number {
    let count = 0;
    const counting = smallSchema(() => {
      count += 1;
    });
    sharingOf(counting, parse(text));
    return count;
  }

  test('looks once at each selection of each type, however often it is spread', () => {
    const depth = 100;
    const spread = (n: number): string => `...F${n} `.repeat(3);
    const chain = Array.from({ length: depth }, (_, n) => `fragment F${n} on Said { text again { ${spread(n + 1)} } ${spread(n + 1)} }`);
    const text = `subscription { events { ${spread(0)} } } ${chain.join('\n')} fragment F${depth} on Said { at }`.padEnd(20_000);
    expect(text.length).toBeGreaterThanOrEqual(20_000);
    const fields = 2 * depth + 1;
    expect(looks(text)).toBeGreaterThanOrEqual(fields);
    // Twice: once through fragments, and once through their selections.
    expect(looks(text)).toBeLessThanOrEqual(2 * fields);
  });

  test('looks once at a root that nested fragments repeat a million times', () => {
    const depth = 20;
    const twice = (n: number): string => `...R${n} ...S${n}`;
    const chain = Array.from(
      { length: depth },
      (_, n) => `fragment R${n} on Subscription { ${twice(n + 1)} } fragment S${n} on Subscription { ${twice(n + 1)} }`,
    );
    const last = `fragment R${depth} on Subscription { events { at } } fragment S${depth} on Subscription { events { place { name } } }`;
    expect(looks(`subscription { ${twice(0)} } ${chain.join('\n')} ${last}`)).toBeLessThanOrEqual(3 * events.length);
  });
});

// A document as a client of the whole API writes it, down to the peer’s name in the list of conversations.
const usual = `subscription Everything($after: [PositionInput!]) {
  events(after: $after) { __typename at ... on LogEvent { streamId seq } ...Talk ...Account
    ... on ReceiptMoved { conversation { id } membership { id user { id displayName } deliveredSeq readSeq } }
    ... on ViewerMarkersMoved { conversation { id viewerReadSeq viewerUnreadCount } unread { messages conversations } }
    ... on StreamReady { positions { streamId seq epoch } }
    ... on ResyncRequired { resyncStreamId: streamId lastSeq resyncReason } } }
  fragment Person on User { id handle displayName avatarUrl }
  fragment Talk on ConversationEvent { actor { ...Person } conversation { id lastSeq lastActivityAt memberCount ... on Group { name } }
    ... on MessageSent { messageEdge { cursor node { id seq text sentAt editedAt recalledAt clientMessageId sender { ...Person } replyTo { id text sender { ...Person } } } } }
    ... on MemberJoined { membershipEdge { cursor node { id role nickname joinedAt user { ...Person } } } user { ...Person } }
    ... on MemberLeft { membershipId leaveReason user { ...Person } } }
  fragment Account on AccountEvent {
    ... on ConversationOpened { position { streamId seq epoch } conversationEdge { cursor node { id lastSeq viewerUnreadCount viewerReadSeq
      ... on Group { name avatarUrl } ... on DirectConversation { viewerPeer { ...Person } } viewerLastMessage { id text sentAt } } } }
    ... on ConversationClosed { conversationId leaveReason }
    ... on ContactRequestReceived { contactRequestEdge { node { id } } }
    ... on ContactChanged { contactId contact { id alias user { ...Person } } }
    ... on ViewerChanged { viewer { user { ...Person } sessions { id deviceName } } } }`;

describe('the usual document of clients', () => {
  function shared(text: string): readonly string[] {
    const document = parse(text);
    expect(validate(schema, document)).toEqual([]);
    return [...sharingOf(schema, document).types].sort();
  }
  const whatMany = ['MemberJoined', 'MemberLeft', 'MessageSent', 'ReceiptMoved'];

  test('shares the events of conversations, although it selects much that is the viewer’s own', () => {
    expect(shared(usual)).toEqual(expect.arrayContaining(whatMany));
  });

  test('shares no account events, because it selects their contents', () => {
    const accounts = [
      'ConversationOpened',
      'ConversationClosed',
      'ContactRequestReceived',
      'ContactChanged',
      'ViewerChanged',
      'ViewerMarkersMoved',
    ];
    expect(shared(usual).filter((name) => accounts.includes(name))).toEqual([]);
  });

  test.each([
    ['the sender as a contact', 'sender { ...Person }', 'sender { ...Person viewerContact { alias } }', 'MessageSent'],
    ['who joined as a contact', '} user { ...Person } }', '} user { ...Person viewerContact { alias } } }', 'MemberJoined'],
    ['whose marker it is as a contact', 'user { id displayName }', 'user { id viewerContact { alias } }', 'ReceiptMoved'],
    ['who left as a contact', 'leaveReason user { ...Person }', 'leaveReason user { viewerDirectConversation { id } }', 'MemberLeft'],
  ])('does not share an event of which it selects %s', (_what, before, after, name) => {
    expect(usual).toContain(before);
    expect(shared(usual.replace(before, after))).not.toContain(name);
  });

  test('does not share a message with the viewer’s unread count', () => {
    expect(shared(usual.replace('lastSeq lastActivityAt', 'lastSeq viewerUnreadCount'))).not.toContain('MessageSent');
  });
});
