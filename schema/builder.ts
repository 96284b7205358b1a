import SchemaBuilder from '@pothos/core';
import type { NewData } from '../src/data.ts';
import type { Context } from './context.ts';

/** Collects the public words. It defines no types itself: each stands in the file of its noun. Fields are non-null unless they say so. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    /** It is kept as JSON. */
    JSONObject: { Input: NewData; Output: string };
    ID: { Input: string; Output: string };
  };
}>({ defaultFieldNullability: false });

/** The builder's own type parameter, for functions that take or give its refs. */
export type Types = typeof builder.$inferSchemaTypes;
