/** Compares two ids for sorting: negative if `one` is less than `other`, 0 if they are equal. */
export function compareIds(one: bigint, other: bigint): number {
  return one < other ? -1 : Number(one > other);
}
