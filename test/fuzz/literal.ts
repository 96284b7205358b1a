import { type GraphQLInputType, isEnumType, isInputObjectType, isListType, isNonNullType, isScalarType } from 'graphql';

/** Writes a value as a literal for an input of this type. Values of a wrong type are written as they are. */
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

/** Whether a document can contain it: names in JSON may be any text. */
export function isWritable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, one]) => (Array.isArray(value) || /^[_A-Za-z]\w*$/.test(name)) && isWritable(one));
}
