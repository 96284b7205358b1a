import { randomBytes } from 'node:crypto';
import { ask } from '../support/client.ts';
import { CreateGroupDocument, MeDocument, SignInDocument, SignUpDocument } from '../support/generated/graphql.ts';
import type { Holding } from './device.ts';

/** Somebody who talks, reads and is here and there on two devices. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  /** One for each device. */
  readonly tokens: readonly [string, string];
  /** Where both devices begin. */
  readonly holds: readonly Holding[];
}

/** A group of all. Its owner is the first; the last one is removed and added back, again and again. */
export interface Room {
  readonly id: string;
  readonly owner: Actor;
  readonly guest: Actor;
}

/** Who is in a run, and where they talk. */
export interface Cast {
  readonly actors: readonly Actor[];
  readonly rooms: readonly Room[];
}

const password = 'correct horse battery';
const names = ['ann', 'ben', 'cat', 'dan', 'eve'] as const;
const roomCount = 3;

/** Signs everybody up, twice, and makes the groups. */
export async function assemble(url: string): Promise<Cast> {
  const people = await Promise.all(names.map((name) => signUp(url, name)));
  const rooms: Room[] = [];
  for (let n = 0; n < roomCount; n += 1) {
    // Everybody is an owner, a guest or neither in some group.
    const order = [...people.slice(n), ...people.slice(0, n)];
    const [owner, ...others] = order;
    const guest = order.at(-1);
    if (owner === undefined || guest === undefined) throw new Error('nobody signed up');
    const input = { name: `Group ${n}`, memberIds: others.map(({ id }) => id) };
    const { createGroup } = await ask(url, CreateGroupDocument, { input }, owner.tokens[0]);
    if (createGroup.group === null) throw new Error(`no group: ${JSON.stringify(createGroup.errors)}`);
    rooms.push({ id: createGroup.group.id, owner, guest });
  }
  return { actors: await Promise.all(people.map((actor) => withPositions(url, actor))), rooms };
}

async function signUp(url: string, name: string): Promise<Actor> {
  const handle = `${name}.${randomBytes(5).toString('hex')}`;
  const { signUp: up } = await ask(url, SignUpDocument, { input: { handle, password } });
  const { signIn } = await ask(url, SignInDocument, { input: { handle, password, deviceName: 'second' } });
  const { viewer, accessToken } = up;
  if (viewer === null || accessToken === null || signIn.accessToken === null) throw new Error(`nobody signed up: ${JSON.stringify(up)}`);
  return { id: viewer.user.id, name, tokens: [accessToken, signIn.accessToken], holds: [] };
}

async function withPositions(url: string, actor: Actor): Promise<Actor> {
  const { viewer } = await ask(url, MeDocument, {}, actor.tokens[0]);
  if (viewer === null) throw new Error('a viewer who is not signed in');
  return { ...actor, holds: viewer.positions.map((position) => ({ ...position, readSeq: 0 })) };
}
