import SchemaBuilder from '@pothos/core';
import type { NewData } from '../../src/data.ts';
import type { AdminContext } from './context.ts';

/** The builder of the operators' schema. It shares no types with the public one. Fields are non-null unless they say so. */
export const builder = new SchemaBuilder<{
  Context: AdminContext;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    JSONObject: { Input: NewData; Output: string };
    ID: { Input: string; Output: string };
  };
}>({ defaultFieldNullability: false });

/** The builder's type parameter, for functions that take or return its refs. */
export type Types = typeof builder.$inferSchemaTypes;
