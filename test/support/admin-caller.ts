import type { GraphQLFormattedError } from 'graphql';
import type { Person, World } from './world.ts';

/** The response of the operators' schema. */
export interface AdminAnswer {
  readonly status: number;
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** Returns the URL of a node's operators' schema. */
export function adminUrl({ node }: Pick<World, 'node'>): string {
  if (node.adminUrl === null) throw new Error('the node does not serve the operators’ schema');
  return node.adminUrl;
}

/** Sends one operation to the operators' schema at a URL. */
export async function askAdmin(url: string, query: string, variables: object = {}, as?: Pick<Person, 'token'>): Promise<AdminAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(as !== undefined && { authorization: `Bearer ${as.token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as Omit<AdminAnswer, 'status'>) };
}

/** Makes a user an admin, and signs them in as one. */
export async function appoint(world: Pick<World, 'node' | 'anotherDevice'>, person: Person): Promise<Person> {
  await world.node.chat.roles.give({ handle: person.handle, role: 'ADMIN' });
  return await world.anotherDevice(person);
}
