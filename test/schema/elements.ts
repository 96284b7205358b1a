import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';

/** An element of a schema: a type, field, argument or value. */
export interface Element {
  /** Its coordinate, with its type if it has one, such as `User.bio: String`. */
  readonly text: string;
  readonly description: string | null | undefined;
  /** Whether a client must give it. */
  readonly required: boolean;
}

type Field = GraphQLField<unknown, unknown>;

/** A schema’s own types, without those of GraphQL itself. */
export function typesOf(schema: GraphQLSchema): readonly GraphQLNamedType[] {
  return Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type));
}

/** All elements of a type, and the type itself. */
export function elementsOf(type: GraphQLNamedType): readonly Element[] {
  const itself = { text: `${type.constructor.name} ${type.name}`, description: type.description, required: false };
  return [itself, ...membersOf(type)];
}

function membersOf(type: GraphQLNamedType): readonly Element[] {
  if (isEnumType(type))
    return type.getValues().map(({ name, description }) => ({ text: `${type.name}.${name}`, description, required: false }));
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => given(type.name, field, isRequiredInputField(field)));
  if (isScalarType(type))
    return [{ text: `${type.name} @specifiedBy ${type.specifiedByURL}`, description: type.description, required: false }];
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  const interfaces = type
    .getInterfaces()
    .map(({ name }) => ({ text: `${type.name} implements ${name}`, description: name, required: false }));
  return [...interfaces, ...Object.values(type.getFields()).flatMap((field) => fieldWords(type.name, field))];
}

function fieldWords(typeName: string, field: Field): readonly Element[] {
  const name = `${typeName}.${field.name}`;
  const args = field.args.map((arg) => given(name, arg, isRequiredArgument(arg)));
  return [{ text: `${name}: ${field.type}`, description: field.description, required: false }, ...args];
}

function given(of: string, { name, type, description }: GraphQLArgument | GraphQLInputField, required: boolean): Element {
  return { text: `${of}(${name}: ${type})`, description, required };
}
