import { afterAll, beforeAll } from 'vitest';
import { type Link, openLink } from '../chaos/link.ts';
import { type World, world } from '../support/world.ts';

/** A node, users who reach it undisturbed, and a link to it that a test can cut. */
export interface CuttableWorld extends World {
  readonly link: Link;
}

/** Starts both before the tests of the file that calls it, and stops them after the last. */
export function cuttableWorld(env: Readonly<Record<string, string>> = {}): CuttableWorld {
  const chat = world(env);
  let link: Link | undefined;
  beforeAll(async () => {
    link = await openLink(Number(new URL(chat.url).port));
  });
  afterAll(() => link?.[Symbol.asyncDispose]());
  return Object.defineProperties({} as CuttableWorld, {
    ...Object.getOwnPropertyDescriptors(chat),
    link: {
      get() {
        if (link === undefined) throw new Error('the way to the node opens before the first test, not earlier');
        return link;
      },
    },
  });
}
