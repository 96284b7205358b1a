import { isObjectType } from 'graphql';
import { schema } from '../../schema/index.ts';
import { selectionOf } from '../authorization/selection.ts';
import { password } from '../support/people.ts';
import type { KnownValues } from './known-values.ts';
import { type Answer, send } from './sender.ts';

/** A user of a run. */
export interface Person {
  readonly name: string;
  readonly id: string;
  readonly handle: string;
  readonly token: string;
}

/** Regular acts, which create content for the odd ones. */
export interface Deeds {
  /** Runs one mutation. A refusal is ignored. */
  act(as: Person, mutation: string, input: object): Promise<Answer>;
  /** Signs up a user. */
  arrive(name: string): Promise<Person>;
  /** Returns the same user with a valid token, or a new user with that name. */
  renew(person: Person): Promise<Person>;
}

type Payload = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

/** Acts at an endpoint, and learns from the answers. */
export function deedsAt(endpoint: string, lore: Pick<KnownValues, 'learn'>): Deeds {
  let count = 0;

  async function run(
    mutation: string,
    input: object,
    { name, token }: { readonly name: string; readonly token?: string },
  ): Promise<Answer> {
    const type = schema.getMutationType();
    const field = isObjectType(type) ? type.getFields()[mutation] : undefined;
    const [argument] = field?.args ?? [];
    if (field === undefined || argument === undefined) throw new Error(`there is no mutation ${mutation}`);
    const query = `mutation ($input: ${argument.type}) { ${mutation}(input: $input) ${selectionOf(field.type, 3)} }`;
    const answer = await send(endpoint, { query, variables: { input } }, token);
    lore.learn(answer.data, name);
    return answer;
  }

  function personOf(name: string, { data }: Answer, mutation: string): Person | null {
    const payload = (data as Payload | null | undefined)?.[mutation];
    const user = (payload?.['viewer'] as { readonly user: { readonly id: string; readonly handle: string } } | null | undefined)?.user;
    return user === undefined ? null : { name, id: user.id, handle: user.handle, token: String(payload?.['accessToken']) };
  }

  async function arrive(name: string): Promise<Person> {
    count += 1;
    const answer = await run('signUp', { handle: `${name}.${count}`, password }, { name });
    const person = personOf(name, answer, 'signUp');
    if (person === null) throw new Error(`nobody can sign up: ${JSON.stringify(answer)}`);
    return person;
  }

  return {
    act: (as, mutation, input) => run(mutation, input, as),
    arrive,
    async renew({ name, handle }) {
      const answer = await run('signIn', { handle, password }, { name });
      return personOf(name, answer, 'signIn') ?? (await arrive(name));
    },
  };
}
