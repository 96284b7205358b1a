import { type GraphQLInputType, isEnumType, isInputObjectType, isListType, isNonNullType, isScalarType } from 'graphql';

/** A value as it is written into a document, for an input of this type. Values that the type does not allow are written as what they are. */
export function literal(type: GraphQLInputType, value: unknown): string {
  if (isNonNullType(type)) return literal(type.ofType, value);
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return `[${value.map((one) => literal(isListType(type) ? type.ofType : type, one)).join(', ')}]`;
  if (isListType(type)) return literal(type.ofType, value);
  if (isEnumType(type) && typeof value === 'string') return value;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (isScalarType(type)) return ofScalar(value);
  const fields = isInputObjectType(type) ? type.getFields() : {};
  return `{ ${Object.entries(value)
    .map(([name, one]) => `${name}: ${fields[name] === undefined ? JSON.stringify(one) : literal(fields[name].type, one)}`)
    .join(', ')} }`;
}

function ofScalar(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(ofScalar).join(', ')}]`;
  return `{ ${Object.entries(value)
    .map(([name, one]) => `${name}: ${ofScalar(one)}`)
    .join(', ')} }`;
}

/** Whether a document can have it: a name of JSON may be any text. */
export function isWritable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, one]) => (Array.isArray(value) || /^[_A-Za-z]\w*$/.test(name)) && isWritable(one));
}
