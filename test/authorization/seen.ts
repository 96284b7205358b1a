import { type SeenFragment, SetPresenceDocument } from '../support/generated/graphql.ts';
import { watching } from '../support/watching.ts';
import { given, type Person, type World } from '../support/world.ts';
import { type Actor, nothingLike, type Scene } from './scene.ts';

/** The users who are watched: the actors and the target. */
type Watched = Actor | 'target';

/**
 * What a watcher was shown of others. BUSY: that the user is online, or anything about them. OFFLINE: never more than that. Absent: nothing
 * was sent about the user.
 */
type Seen = Readonly<Partial<Record<Watched | 'who is none', 'BUSY' | 'OFFLINE'>>>;

const inGroup = { member: 'BUSY', blocked: 'BUSY', admin: 'BUSY', owner: 'BUSY', target: 'BUSY' } as const;

/** What each user must be shown of the others, who are all online and BUSY. */
export const mutuallySeen: Readonly<Record<Watched, Seen>> = {
  stranger: { stranger: 'BUSY' },
  former: { former: 'BUSY' },
  banned: { banned: 'BUSY' },
  member: inGroup,
  blocked: { ...inGroup, owner: 'OFFLINE' },
  admin: inGroup,
  owner: { ...inGroup, blocked: 'OFFLINE' },
  target: inGroup,
};

/**
 * Makes all users watch each other, themselves and an id of nobody, and then set BUSY. Returns what the subscription showed each of them.
 */
export async function seenByAll(world: World, { actors, target }: Scene): Promise<Readonly<Record<string, Seen>>> {
  const people: readonly (readonly [Watched, Person])[] = [...(Object.entries(actors) as [Actor, Person][]), ['target', target]];
  const everybody = [...people.map(([, person]) => person), { id: nothingLike(target.id) }];
  const watches = people.map(([name, person]) => ({
    name,
    person,
    told: [] as SeenFragment[],
    watch: watching(world, person, ...everybody),
  }));

  /** Makes all users set a status text, and read until they are sent their own. */
  async function sayAll(statusText: string): Promise<void> {
    await Promise.all(
      watches.map(async ({ person, told, watch }) => {
        const { setPresence } = await world.ask(SetPresenceDocument, { input: { status: 'BUSY', statusText } }, person);
        given(setPresence.viewer, setPresence.errors);
        const isOwn = ({ user, ...seen }: SeenFragment) => user.id === person.id && seen.statusText === statusText && seen.devices === 1;
        do told.push(await watch.next());
        while (!told.slice(-1).some(isOwn));
      }),
    );
  }

  // From here on everybody watches.
  await sayAll('at first');
  // A node sends a change to all watchers of a user at once: a user who was sent their own knows that it was sent to the others.
  await sayAll('later');
  // So that everything sent before has been read.
  await sayAll('at last');

  const names = new Map<string, Watched>(people.map(([name, { id }]) => [id, name]));
  return Object.fromEntries(watches.map(({ name, told }) => [name, seen(told, names)]));
}

function seen(told: readonly SeenFragment[], names: ReadonlyMap<string, Watched>): Seen {
  const shown: Partial<Record<Watched | 'who is none', 'BUSY' | 'OFFLINE'>> = {};
  for (const { user, status, statusText, devices, lastSeenAt } of told) {
    const name = names.get(user.id) ?? 'who is none';
    const isNothing = status === 'OFFLINE' && statusText === null && devices === 0 && lastSeenAt === null;
    if (isNothing) shown[name] ??= 'OFFLINE';
    else shown[name] = 'BUSY';
  }
  return shown;
}
