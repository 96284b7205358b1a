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

// Deep enough for a connection's nodes and what hangs on them by one step.
const depth = 4;

/** What can be selected below a type, to some depth, as GraphQL text; '' where it has no fields to select. What asks for arguments is left out. */
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
