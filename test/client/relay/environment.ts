import { Environment, type FetchFunction, type GraphQLResponse, Network, RecordSource, Store } from 'relay-runtime';
import type { Subscribe } from '../../../client/index.ts';
import { type ResumeSubscribeOptions, resumeSubscribe } from '../../../client/relay.ts';
import type { Person } from '../../support/world.ts';

/** The node and the user of an environment. */
export interface Going {
  readonly url: string;
  readonly person: Person;
  readonly subscribe: Subscribe;
  readonly options?: ResumeSubscribeOptions;
}

/** A user’s environment, made as Relay’s documentation says. */
export function environmentOf({ url, person, subscribe, options }: Going): Environment {
  const fetchQuery: FetchFunction = async ({ text }, variables) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${person.token}` },
      body: JSON.stringify({ query: text, variables }),
    });
    return (await response.json()) as GraphQLResponse;
  };
  return new Environment({
    network: Network.create(fetchQuery, resumeSubscribe(subscribe, options)),
    store: new Store(new RecordSource()),
  });
}
