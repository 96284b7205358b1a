import { type GraphQLField, type GraphQLInterfaceType, type GraphQLObjectType, getNamedType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { entryTypes } from '../../src/log/index.ts';
import { typesOf } from './words.ts';

type Field = GraphQLField<unknown, unknown>;
type Fielded = GraphQLObjectType | GraphQLInterfaceType;

interface Declared {
  readonly type: Fielded;
  readonly field: Field;
}

const fields: readonly Declared[] = typesOf(schema)
  .filter((type): type is Fielded => isObjectType(type) || isInterfaceType(type))
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));
const shareable = fields.filter(({ field }) => field.extensions['shareable'] === true);

function names(found: readonly Declared[]): readonly string[] {
  return found.map(({ type, field }) => `${type.name}.${field.name}`);
}

/** Whether an interface of the type has a field of that name: then it is the interface's to declare. */
function isInherited({ type, field }: Declared): boolean {
  return type.getInterfaces().some((wider) => field.name in wider.getFields());
}

const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
/** What the server tells is for everybody, or the same for some. */
const toldByServer = Object.entries(entryTypes).flatMap(([name, { on }]) => (on === 'server' ? [name] : []));
const accountEvents = new Set(
  ['AccountEvent', ...schema.getPossibleTypes(interfaceNamed('AccountEvent')).map(({ name }) => name)].filter(
    (name) => !toldByServer.includes(name),
  ),
);
/** What only ever shows what one person has: each is handed to them alone. */
const ownTypes = [
  'Viewer',
  'Contact',
  'ContactEdge',
  'ContactRequest',
  'ContactRequestEdge',
  'Session',
  'UnreadTotals',
  'ConversationEdge',
];

function interfaceNamed(name: string): GraphQLInterfaceType {
  const type = schema.getType(name);
  if (!isInterfaceType(type)) throw new Error(`there is no interface ${name}`);
  return type;
}

describe('of what is declared shareable', () => {
  test('there is something', () => {
    expect(names(shareable)).toEqual(
      expect.arrayContaining(['MessageSent.messageEdge', 'MessageEdge.node', 'Message.text', 'User.handle']),
    );
  });

  test('nothing is named for the viewer', () => {
    expect(names(shareable.filter(({ field }) => field.name.startsWith('viewer')))).toEqual([]);
  });

  test('nothing shows something of the viewer', () => {
    const own = shareable.filter(({ field }) => ownTypes.includes(getNamedType(field.type).name));
    expect(names(own)).toEqual([]);
  });

  test('nothing belongs to, or leads to, a page of a list', () => {
    const paged = (name: string): boolean => name.endsWith('Connection') || name === 'PageInfo';
    expect(names(shareable.filter(({ type, field }) => paged(type.name) || paged(getNamedType(field.type).name)))).toEqual([]);
  });

  test('nothing stands at a root', () => {
    expect(roots).not.toContain(undefined);
    expect(names(shareable.filter(({ type }) => roots.includes(type as GraphQLObjectType)))).toEqual([]);
  });

  test('nothing is what a mutation answers', () => {
    expect(names(shareable.filter(({ type }) => type.name.endsWith('Payload') || type.name === 'UserError'))).toEqual([]);
  });

  test('nothing is what an account’s own events are about: they have their place and no more', () => {
    expect(accountEvents.size).toBeGreaterThan(1);
    const own = shareable.filter((one) => accountEvents.has(one.type.name) && !['at', 'streamId', 'seq'].includes(one.field.name));
    expect(names(own)).toEqual([]);
  });

  test('nothing belongs to a type that is one person’s', () => {
    // The cursors of all lists are declared in one place; what leads to these edges is not shareable (above).
    const own = shareable.filter(({ type, field }) => ownTypes.includes(type.name) && field.name !== 'cursor');
    expect(names(own)).toEqual([]);
  });

  test('nothing takes an argument but how many it shows: what a client gives could name themselves', () => {
    const named = shareable.filter(({ field }) => field.args.some(({ name, type }) => name !== 'first' || String(type) !== 'Int'));
    expect(names(named)).toEqual([]);
  });

  test('what an interface declares is declared by all its types, and nothing else under its name', () => {
    const inherited = fields.filter(isInherited);
    const wider = ({ type, field }: Declared) => type.getInterfaces().flatMap((one) => one.getFields()[field.name] ?? []);
    const odd = inherited.filter(
      (one) => wider(one).some(({ extensions }) => extensions['shareable'] !== undefined) !== (one.field.extensions['shareable'] === true),
    );
    // An id is the object type's own to declare: Node says nothing of who may share it.
    expect(names(odd).filter((name) => !name.endsWith('.id'))).toEqual([]);
  });
});

test('every type of entry that stands on a conversation, or on the server’s stream, can be shared, in some part', () => {
  const types = new Set(shareable.map(({ type }) => type.name));
  const many = Object.entries(entryTypes).filter(([, { on }]) => on !== 'account');
  expect(many.map(([name]) => name).filter((name) => !types.has(name))).toEqual([]);
});
