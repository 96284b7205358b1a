import SchemaBuilder from '@pothos/core';
import type { NewData } from '../../src/data.ts';
import type { AdminContext } from './context.ts';

/** Collects the operators' words, apart from the public ones: nothing that is defined by one is in the other. Fields are non-null unless they say so. */
export const builder = new SchemaBuilder<{
  Context: AdminContext;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    JSONObject: { Input: NewData; Output: string };
    ID: { Input: string; Output: string };
  };
}>({ defaultFieldNullability: false });

/** The builder's own type parameter, for functions that take or give its refs. */
export type Types = typeof builder.$inferSchemaTypes;
