import { randomBytes } from 'node:crypto';
import { ask } from '../../support/client.ts';
import { CreateGroupDocument, SignInDocument, SignUpDocument } from '../../support/generated/graphql.ts';

/** A user with a token for each device. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly tokens: readonly string[];
}

/** The users of a run. All are in one group, so that everybody may watch everybody. */
export interface Cast {
  /** The users who connect and disconnect. */
  readonly people: readonly Actor[];
  /** The users who watch: `watchersPerNode` on each node. */
  readonly watchers: readonly Actor[];
}

/** The number of watchers on each node. */
export const watchersPerNode = 2;

const password = 'correct horse battery';
const names = ['ann', 'ben', 'cat', 'dan', 'eve', 'fay', 'gil', 'hal', 'ida', 'jon', 'kim', 'lea'] as const;
const mostDevices = 3;

/** Signs everybody up, on one to three devices each, and creates the group. */
export async function assemble(url: string, nodes: number): Promise<Cast> {
  const people = await Promise.all(names.map((name, n) => signUp(url, name, 1 + (n % mostDevices))));
  const watchers = await Promise.all(Array.from({ length: nodes * watchersPerNode }, (_, n) => signUp(url, `watcher-${n + 1}`, 1)));
  const [owner, ...others] = [...people, ...watchers];
  const input = { name: 'Everybody', memberIds: others.map(({ id }) => id) };
  const { createGroup } = await ask(url, CreateGroupDocument, { input }, owner?.tokens[0]);
  if (createGroup.group === null) throw new Error(`no group: ${JSON.stringify(createGroup.errors)}`);
  return { people, watchers };
}

async function signUp(url: string, name: string, devices: number): Promise<Actor> {
  const handle = `${name}.${randomBytes(5).toString('hex')}`;
  const { signUp: up } = await ask(url, SignUpDocument, { input: { handle, password } });
  const tokens = [up.accessToken];
  for (let n = 1; n < devices; n += 1) {
    const { signIn } = await ask(url, SignInDocument, { input: { handle, password, deviceName: `device ${n + 1}` } });
    tokens.push(signIn.accessToken);
  }
  const { viewer } = up;
  if (viewer === null) throw new Error(`nobody signed up: ${JSON.stringify(up)}`);
  return { id: viewer.user.id, name, tokens: tokens.filter((token) => token !== null) };
}
