import SchemaBuilder from '@pothos/core';
import type { NewData } from '../src/data.ts';
import type { Context } from './context.ts';

/** The builder of the public schema. Defines no types: each is in the file of its noun. Fields are non-null unless they say so. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    /** Output is JSON text, as it is stored. */
    JSONObject: { Input: NewData; Output: string };
    ID: { Input: string; Output: string };
  };
}>({ defaultFieldNullability: false });

/** The builder's type parameter, for functions that take or return its refs. */
export type Types = typeof builder.$inferSchemaTypes;
