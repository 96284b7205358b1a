import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isIntrospectionType,
  isLeafType,
  isObjectType,
} from 'graphql';
import type { Context } from './context.ts';
import { pageCost } from './cost.ts';

/**
 * Makes the fields of a schema count for the cost of their operation (Context.cost) before they are resolved, but for those of
 * introspection and mere properties. Returns the schema.
 */
export function counted(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    // Those of introspection belong to graphql-js: all schemas of the process share them, also those whose contexts do not count.
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    // What a mutation has done and what it refused is told in any case. These fields are as few as the document has.
    const told = type === schema.getMutationType() || type.name.endsWith('Payload');
    for (const field of Object.values(type.getFields())) count(field, { told });
  }
  return schema;
}

// Only fields with a selection are refused: an error costs more than a scalar.
function count(field: GraphQLField<unknown, Context>, { told }: { readonly told: boolean }): void {
  const { resolve = defaultFieldResolver, type } = field;
  const named = getNamedType(type);
  // A property costs less than counting it.
  if (isLeafType(named) && field.resolve === undefined) return;
  const fields = named.name.endsWith('Connection') ? pageCost : 1;
  const refusable = !told && !isLeafType(named);
  field.resolve = (parent, args, context, info) => {
    const { cost } = context;
    if (cost !== null) {
      cost.add(fields);
      // Rejects and does not throw, because executors drop the earlier items of a list that throws (isDroppedField).
      if (refusable && cost.excess !== null) return Promise.reject(cost.excess);
    }
    return resolve(parent, args, context, info);
  };
}
