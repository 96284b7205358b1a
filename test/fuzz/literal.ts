import { type GraphQLInputType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';

/** A value as it is written into a document, for an input of this type. Values that the type does not allow are written as what they are. */
export function literal(type: GraphQLInputType, value: unknown): string {
  if (isNonNullType(type)) return literal(type.ofType, value);
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return `[${value.map((one) => literal(isListType(type) ? type.ofType : type, one)).join(', ')}]`;
  if (isListType(type)) return literal(type.ofType, value);
  if (isEnumType(type) && typeof value === 'string') return value;
  if (typeof value !== 'object') return JSON.stringify(value);
  const fields = isInputObjectType(type) ? type.getFields() : {};
  return `{ ${Object.entries(value)
    .map(([name, one]) => `${name}: ${fields[name] === undefined ? JSON.stringify(one) : literal(fields[name].type, one)}`)
    .join(', ')} }`;
}
