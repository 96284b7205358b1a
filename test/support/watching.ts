import { subscribe } from './client.ts';
import { type SeenFragment, WatchDocument } from './generated/graphql.ts';
import type { Person, World } from './world.ts';

/** A presence subscription, read one presence at a time. */
export interface Watching {
  /** Returns the next presence. Rejects if the subscription has ended. */
  next(): Promise<SeenFragment>;
  /** Returns the next presence of a user. */
  of(person: Pick<Person, 'id'>): Promise<SeenFragment>;
}

/** Watches users on a socket that ends with the test. The watching user is online by that. */
export function watching(
  world: Pick<World, 'socket'>,
  as: Pick<Person, 'token'> | null,
  ...people: readonly Pick<Person, 'id'>[]
): Watching {
  const results = subscribe(world.socket(as), WatchDocument, { userIds: people.map(({ id }) => id) });

  async function next(): Promise<SeenFragment> {
    const { done, value } = await results.next();
    if (done) throw new Error('the subscription is complete');
    if (!value.data) throw new Error(`refused: ${JSON.stringify(value.errors)}`);
    return value.data.presence;
  }

  async function of({ id }: Pick<Person, 'id'>): Promise<SeenFragment> {
    for (;;) {
      const presence = await next();
      if (presence.user.id === id) return presence;
    }
  }

  return { next, of };
}

/** Formats a presence, as in `ONLINE 1`, `OFFLINE seen`, `BUSY 2 in a meeting`. */
export function seenInWords({ status, devices, statusText, lastSeenAt }: SeenFragment): string {
  return [status, devices || '', lastSeenAt === null ? '' : 'seen', statusText ?? ''].filter((word) => word !== '').join(' ');
}
