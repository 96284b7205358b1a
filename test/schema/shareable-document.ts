import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** True if the field is declared shareable. */
export function isShareable({ extensions }: Field): boolean {
  return extensions['shareable'] === true;
}

/**
 * A subscription to `events` that selects, for one type of event, every field that `selects` accepts, down to `depth` levels of objects.
 * Each field gets an alias of its type’s name and its own, such as `User_handle`, so that types which differ in a field can be selected
 * together.
 */
export function eventDocument(schema: GraphQLSchema, eventType: string, { depth = 6, selects = isShareable } = {}): string {
  function selectionOf(type: GraphQLNamedType, left: number): string {
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : isObjectType(type) ? [type] : [];
    return `{ __typename ${types.map((one) => `... on ${one.name} { __typename ${fieldsOf(one, left)} }`).join(' ')} }`;
  }

  function fieldsOf(type: GraphQLObjectType, left: number): string {
    const fields = Object.values(type.getFields()).filter(selects);
    return fields.map((field) => fieldOf(type, field, left)).join(' ');
  }

  function fieldOf(type: GraphQLObjectType, field: Field, left: number): string {
    const inner = getNamedType(field.type);
    if (!isCompositeType(inner)) return `${type.name}_${field.name}: ${field.name}`;
    return left === 0 ? '' : `${type.name}_${field.name}: ${field.name} ${selectionOf(inner, left - 1)}`;
  }

  const type = schema.getType(eventType);
  if (!isObjectType(type)) throw new Error(`there is no type of event ${eventType}`);
  return `subscription { events { __typename ... on ${eventType} { ${fieldsOf(type, depth - 1)} } } }`;
}

/** The aliases, as `eventDocument` makes them, of all fields in a result that are not null. */
export function shownIn(result: unknown): readonly string[] {
  if (typeof result !== 'object' || result === null) return [];
  return Object.entries(result).flatMap(([name, value]) => [...(name.includes('_') && value !== null ? [name] : []), ...shownIn(value)]);
}
