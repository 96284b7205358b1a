import { ChatError } from './errors.ts';

/** Throws INVALID_INPUT (`field`) unless the time is in the future, or there is none. `now`: the database's clock. */
export function requireFuture(moment: Date | null | undefined, { now, field }: { readonly now: Date; readonly field: string }): void {
  if (moment && moment <= now) throw new ChatError('INVALID_INPUT', `${field} must be in the future.`, { field: [field] });
}
