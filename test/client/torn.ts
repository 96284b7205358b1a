import { afterAll, beforeAll } from 'vitest';
import { type Link, openLink } from '../chaos/link.ts';
import { type World, world } from '../support/world.ts';

/** A node, people who use it undisturbed, and a way to it for a client that can be cut. */
export interface Torn extends World {
  readonly link: Link;
}

/** Starts both before the tests of the file in which it is called, and stops them after it. */
export function tornWorld(env: Readonly<Record<string, string>> = {}): Torn {
  const chat = world(env);
  let link: Link | undefined;
  beforeAll(async () => {
    link = await openLink(Number(new URL(chat.url).port));
  });
  afterAll(() => link?.[Symbol.asyncDispose]());
  return Object.defineProperties({} as Torn, {
    ...Object.getOwnPropertyDescriptors(chat),
    link: {
      get() {
        if (link === undefined) throw new Error('the way to the node opens before the first test, not earlier');
        return link;
      },
    },
  });
}
