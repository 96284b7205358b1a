import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { schema } from '../../schema/index.ts';

type Field = GraphQLField<unknown, unknown>;

/** The values of required arguments, by name, for every field that has them. */
const required: Readonly<Record<string, string>> = { afterSeq: '0', direction: 'INCOMING' };

/** True for a connection and for a list. */
export function isList({ type }: Field): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type) || getNamedType(type).name.endsWith('Connection');
}

/**
 * Makes a selection of every field of a type, down to `depth` levels of objects. A connection and its nodes are one level. Pages have
 * `size` nodes. Each field gets an alias of its type’s name and its own, such as `User_handle`, so that types which differ in a field can
 * be selected together.
 */
export function everythingOf(name: string, { depth, size }: { readonly depth: number; readonly size: number }): string {
  const type = schema.getType(name);
  if (type === undefined) throw new Error(`there is no type ${name}`);
  return selectionOf(type, depth);

  function selectionOf(of: GraphQLNamedType, left: number): string {
    const types = isAbstractType(of) ? schema.getPossibleTypes(of) : isObjectType(of) ? [of] : [];
    return `{ __typename ${types.map((one) => `... on ${one.name} { __typename ${fieldsOf(one, left)} }`).join(' ')} }`;
  }

  function fieldsOf(of: GraphQLObjectType, left: number): string {
    return Object.values(of.getFields())
      .map((field) => fieldOf(of, field, left))
      .join(' ');
  }

  function fieldOf(of: GraphQLObjectType, field: Field, left: number): string {
    const inner = getNamedType(field.type);
    const called = `${of.name}_${field.name}: ${field.name}${argumentsOf(of, field)}`;
    if (!isCompositeType(inner)) return called;
    // The types of a page are no level of their own.
    const below = left - (/(Connection|Edge)$/.test(of.name) ? 0 : 1);
    return below < 0 ? '' : `${called} ${selectionOf(inner, below)}`;
  }

  function argumentsOf(of: GraphQLObjectType, field: Field): string {
    const given = field.args.filter(isRequiredArgument).map((argument) => {
      const value = required[argument.name];
      if (value === undefined) throw new Error(`what is ${of.name}.${field.name} to be asked with as ${argument.name}?`);
      return `${argument.name}: ${value}`;
    });
    const names = field.args.map((argument) => argument.name);
    const page = names.includes('last') ? [`last: ${size}`] : names.includes('first') ? [`first: ${size}`] : [];
    return given.length + page.length === 0 ? '' : `(${[...given, ...page].join(', ')})`;
  }
}

/** The object types that a query can reach. */
export function reachable(): readonly GraphQLObjectType[] {
  const found = new Set<GraphQLObjectType>();
  const visit = (type: GraphQLNamedType): void => {
    if (isAbstractType(type)) for (const one of schema.getPossibleTypes(type)) visit(one);
    if (!isObjectType(type) || found.has(type)) return;
    found.add(type);
    for (const field of Object.values(type.getFields())) visit(getNamedType(field.type));
  };
  const query = schema.getQueryType();
  if (query) visit(query);
  return [...found];
}
