import {
  type GraphQLField,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

// Deep enough for the nodes of a connection and one step from them.
const depth = 4;

/**
 * A selection of everything below a type to some depth, as GraphQL text, or '' if the type has no fields. Fields with required arguments
 * are left out.
 */
export function selectionOf(type: GraphQLOutputType, left: number = depth): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (isAbstractType(named) && !isInterfaceType(named)) return '{ __typename }';
  if (!isObjectType(named) && !isInterfaceType(named)) return '{ __typename }';
  const fields = Object.values(named.getFields()).filter((field) => field.args.every((arg) => !isRequiredArgument(arg)));
  const below = fields.flatMap((field) => selected(field, left));
  return `{ __typename ${below.join(' ')} }`;
}

function selected(field: GraphQLField<unknown, unknown>, left: number): readonly string[] {
  if (isLeafType(getNamedType(field.type))) return [field.name];
  return left === 0 ? [] : [`${field.name} ${selectionOf(field.type, left - 1)}`];
}
