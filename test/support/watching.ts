import { subscribe } from './client.ts';
import { type SeenFragment, WatchDocument } from './generated/graphql.ts';
import type { Person, World } from './world.ts';

/** What a watch on somebody's presence has told, one after the other. */
export interface Watching {
  /** The next presence. Rejects where the subscription has ended. */
  next(): Promise<SeenFragment>;
  /** The next one of a user. */
  of(person: Pick<Person, 'id'>): Promise<SeenFragment>;
}

/** Watches people on a socket that goes with the test, by which who watches is online. */
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

/** A presence in a few words, such as `ONLINE 1`, `OFFLINE seen`, `BUSY 2 in a meeting`. */
export function seenInWords({ status, devices, statusText, lastSeenAt }: SeenFragment): string {
  return [status, devices || '', lastSeenAt === null ? '' : 'seen', statusText ?? ''].filter((word) => word !== '').join(' ');
}
