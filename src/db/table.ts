import { ModelName } from './generated/mysql/internal/prismaNamespace.ts';
import type { Kinds } from './kind.ts';

/** The name of a model and of its table. */
export type Model = ModelName;

/** The names of all models. */
export const models: readonly Model[] = Object.values(ModelName);

/** The structure of a table, as read from a database. */
export interface Table {
  readonly name: Model;
  /** The columns with their kinds, in the table's order. */
  readonly kinds: Kinds;
  /** The columns of the primary key, in the key's order. */
  readonly key: readonly string[];
}

/** A row of any table, by column name. */
export type Row = Readonly<Record<string, unknown>>;
