import { type GraphQLField, type GraphQLInterfaceType, type GraphQLObjectType, getNamedType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { entryTypes } from '../../src/log/index.ts';
import { typesOf } from './elements.ts';

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

/** Whether an interface of the type has a field of this name: then the interface declares it. */
function isInherited({ type, field }: Declared): boolean {
  return type.getInterfaces().some((wider) => field.name in wider.getFields());
}

const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
/** Entries of the server’s stream are for everybody, or the same for some. */
const toldByServer = Object.entries(entryTypes).flatMap(([name, { on }]) => (on === 'server' ? [name] : []));
const accountEvents = new Set(
  ['AccountEvent', ...schema.getPossibleTypes(interfaceNamed('AccountEvent')).map(({ name }) => name)].filter(
    (name) => !toldByServer.includes(name),
  ),
);
/** Types of what one user has. They are sent to that user only. */
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

describe('among the fields that are declared shareable', () => {
  test('there are some', () => {
    expect(names(shareable)).toEqual(
      expect.arrayContaining(['MessageSent.messageEdge', 'MessageEdge.node', 'Message.text', 'User.handle']),
    );
  });

  test('none is named for the viewer', () => {
    expect(names(shareable.filter(({ field }) => field.name.startsWith('viewer')))).toEqual([]);
  });

  test('none has a type of the viewer’s own', () => {
    const own = shareable.filter(({ field }) => ownTypes.includes(getNamedType(field.type).name));
    expect(names(own)).toEqual([]);
  });

  test('none is of a page of a list, or leads to one', () => {
    const paged = (name: string): boolean => name.endsWith('Connection') || name === 'PageInfo';
    expect(names(shareable.filter(({ type, field }) => paged(type.name) || paged(getNamedType(field.type).name)))).toEqual([]);
  });

  test('none is a root field', () => {
    expect(roots).not.toContain(undefined);
    expect(names(shareable.filter(({ type }) => roots.includes(type as GraphQLObjectType)))).toEqual([]);
  });

  test('none is of a payload', () => {
    expect(names(shareable.filter(({ type }) => type.name.endsWith('Payload') || type.name === 'UserError'))).toEqual([]);
  });

  test('none is of an account event, except its place', () => {
    expect(accountEvents.size).toBeGreaterThan(1);
    const own = shareable.filter((one) => accountEvents.has(one.type.name) && !['at', 'streamId', 'seq'].includes(one.field.name));
    expect(names(own)).toEqual([]);
  });

  test('none is of a type that one user has', () => {
    // The cursors of all lists are declared in one place. The fields that lead to these edges are not shareable (above).
    const own = shareable.filter(({ type, field }) => ownTypes.includes(type.name) && field.name !== 'cursor');
    expect(names(own)).toEqual([]);
  });

  test('none has an argument other than `first`, because a value of the client could identify the client', () => {
    const named = shareable.filter(({ field }) => field.args.some(({ name, type }) => name !== 'first' || String(type) !== 'Int'));
    expect(names(named)).toEqual([]);
  });

  test('all types of an interface declare what it declares, and nothing else of its names', () => {
    const inherited = fields.filter(isInherited);
    const wider = ({ type, field }: Declared) => type.getInterfaces().flatMap((one) => one.getFields()[field.name] ?? []);
    const odd = inherited.filter(
      (one) => wider(one).some(({ extensions }) => extensions['shareable'] !== undefined) !== (one.field.extensions['shareable'] === true),
    );
    // Each object type declares its own id: Node does not say who may share it.
    expect(names(odd).filter((name) => !name.endsWith('.id'))).toEqual([]);
  });
});

test('every type of entry of a conversation or of the server’s stream has fields that can be shared', () => {
  const types = new Set(shareable.map(({ type }) => type.name));
  const many = Object.entries(entryTypes).filter(([, { on }]) => on !== 'account');
  expect(many.map(([name]) => name).filter((name) => !types.has(name))).toEqual([]);
});
