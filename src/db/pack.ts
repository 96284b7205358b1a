import type { Kind } from './kind.ts';
import { columns, type Rows } from './select.ts';

/** A row as JSON holds it: the values of its columns, in order. */
export type PackedRow = readonly (string | number | boolean | null)[];

/** A model whose rows can be packed. Bytes cannot be packed. */
type Packable = 'Conversation' | 'Membership' | 'User';

const packers: {
  readonly [K in Exclude<Kind, 'bytes'>]: { pack(value: never): string | number | boolean; unpack(packed: never): unknown };
} = {
  id: { pack: (value: bigint) => String(value), unpack: (packed: string) => BigInt(packed) },
  number: { pack: (value: number) => value, unpack: (packed: number) => packed },
  kept: { pack: (value: number) => value, unpack: (packed: number) => packed },
  text: { pack: (value: string) => value, unpack: (packed: string) => packed },
  key: { pack: (value: string) => value, unpack: (packed: string) => packed },
  flag: { pack: (value: boolean) => value, unpack: (packed: boolean) => packed },
  time: { pack: (value: Date) => value.getTime(), unpack: (packed: number) => new Date(packed) },
};

function columnsOf(model: Packable): readonly (readonly [string, Exclude<Kind, 'bytes'>])[] {
  return Object.entries(columns[model]) as [string, Exclude<Kind, 'bytes'>][];
}

/** Describes a packed row of the model: its columns and their kinds. */
export function shapeOf(model: Packable): string {
  return columnsOf(model)
    .map((column) => column.join(' '))
    .join(', ');
}

// A Date cannot hold more.
const longestMs = 8.64e15;

const isPackedAs: { readonly [K in Exclude<Kind, 'bytes'>]: (value: unknown) => boolean } = {
  id: (value) => typeof value === 'string' && /^\d{1,19}$/.test(value),
  number: Number.isSafeInteger,
  kept: Number.isSafeInteger,
  text: (value) => typeof value === 'string',
  key: (value) => typeof value === 'string',
  flag: (value) => typeof value === 'boolean',
  time: (value) => Number.isSafeInteger(value) && Math.abs(Number(value)) <= longestMs,
};

/**
 * Whether a value has the shape of a packed row of the model: one value per column, each null or of its column's kind. Does not check what
 * the values mean.
 */
export function isPackedRow(model: Packable, packed: readonly unknown[]): boolean {
  const kinds = columnsOf(model);
  return packed.length === kinds.length && kinds.every(([, kind], place) => packed[place] === null || isPackedAs[kind](packed[place]));
}

/** Packs a row into values that JSON can hold. */
export function packRow<T extends Packable>(model: T, row: Rows[T]): PackedRow {
  return columnsOf(model).map(([name, kind]) => {
    const value: unknown = Reflect.get(row, name);
    return value === null ? null : packers[kind].pack(value as never);
  });
}

/** Reads a packed row back. */
export function unpackRow<T extends Packable>(model: T, packed: PackedRow): Rows[T] {
  const values = columnsOf(model).map(([name, kind], place) => {
    const value = packed[place] ?? null;
    return [name, value === null ? null : packers[kind].unpack(value as never)];
  });
  return Object.fromEntries(values) as Rows[T];
}
