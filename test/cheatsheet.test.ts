import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readWatch } from '../client/document.ts';
import { schema } from '../schema/index.ts';
import { newSecret } from '../src/outgoing/index.ts';
import { uncounted } from './support/uncounted.ts';
import { given, type Person, world } from './support/world.ts';

/** An operation of the sheet, with the variables that are shown after it. */
interface Shown {
  readonly name: string;
  readonly source: string;
  readonly variables: readonly string[];
}

type Answer = Readonly<Record<string, unknown>>;

const sheet = readFileSync(join(import.meta.dirname, '../docs/cheatsheet.md'), 'utf8');
const fragments = new Map<string, string>();
const operations = readOperations();

/** Reads the fragments and operations. Variables belong to the operation before them. */
function readOperations(): readonly Shown[] {
  const found: (Shown & { readonly variables: string[] })[] = [];
  for (const [, language, text = ''] of sheet.matchAll(/```(graphql|json)\n(.*?)```/gs)) {
    const [, kind, name = ''] = /^(\w+) (\w+)/.exec(text) ?? [];
    if (language === 'json') found.at(-1)?.variables.push(text);
    else if (kind === 'fragment') fragments.set(name, text);
    else found.push({ name, source: text, variables: [] });
  }
  return found;
}

function documentOf(source: string): TypedDocumentNode<Answer, Record<string, unknown>> {
  return parse(whole(source));
}

/** The text with all fragments that it spreads, directly or indirectly. */
function whole(source: string): string {
  const names = new Set<string>();
  const add = (text: string) => {
    for (const [, name = ''] of text.matchAll(/\.\.\.(\w+)/g)) {
      const fragment = fragments.get(name);
      if (fragment === undefined || names.has(name)) continue;
      names.add(name);
      add(fragment);
    }
  };
  add(source);
  return [source, ...[...names].map((name) => fragments.get(name))].join('\n');
}

/** The values of the names in angle brackets. */
class Names {
  readonly #known: Map<string, () => string>;

  constructor(texts: Readonly<Record<string, string>>) {
    this.#known = new Map(Object.entries(texts).map(([name, text]) => [name, () => text]));
    this.#known.set('a new id', randomUUID).set('a new handle', () => `zoe.${randomUUID().slice(0, 8)}`);
  }

  /** Stores the values of a response that later operations need. */
  learn(answer: Answer): void {
    const message = ['sendMessage', 'messageEdge', 'node'];
    const texts: Readonly<Record<string, unknown>> = {
      'refresh token': at(answer, 'signUp', 'refreshToken'),
      code: at(answer, 'createInvite', 'invite', 'code'),
      question: at(answer, ...message, 'poll') && at(answer, ...message, 'id'),
      option: at(answer, ...message, 'poll', 'options', '0', 'id'),
    };
    for (const [name, text] of Object.entries(texts)) if (typeof text === 'string') this.#known.set(name, () => text);
  }

  filled(variables: string): Record<string, unknown> {
    return JSON.parse(variables.replaceAll(/"<([^>]+)>"/g, (_, name: string) => JSON.stringify(this.#textOf(name))));
  }

  #textOf(name: string): string {
    const text = this.#known.get(name);
    if (text === undefined) throw new Error(`nobody has said what <${name}> is`);
    return text();
  }
}

describe('docs/cheatsheet.md', () => {
  const chat = world({ PUSH_PROVIDER_URL: 'https://push.example.org/mpim', PUSH_PROVIDER_SECRET: newSecret() });

  async function done({ name, source }: Shown, variables: Record<string, unknown>, as: Person | undefined): Promise<Answer> {
    const { data, errors } = await chat.post(documentOf(source), variables, as);
    expect(errors, name).toBeUndefined();
    for (const field of Object.values(given(data, []))) {
      expect(field, name).not.toBeNull();
      expect(at(field, 'errors') ?? [], name).toEqual([]);
    }
    return given(data, []);
  }

  it.each(operations.map(({ name, source }) => ({ name, source })))('has valid operations: $name', ({ source }) => {
    expect(validate(schema, parse(whole(source)))).toEqual([]);
  });

  it('has counts with the `lastSeq` up to which they are correct: for a normalized cache', () => {
    expect(operations.flatMap(({ source }) => uncounted(parse(whole(source))))).toEqual([]);
  });

  it('has a subscription that the client package can follow', () => {
    const live = operations.find(({ name }) => name === 'Live');
    expect(readWatch(parse(whole(live?.source ?? '')))).toMatchObject({ responseName: 'events' });
  });

  it('has operations that succeed one after the other', async () => {
    const [ann, bob, cleo, dan, eve] = await chat.people('ann', 'bob', 'cleo', 'dan', 'eve');
    const [group, other] = [await chat.group(ann, bob), await chat.group(bob, ann)];
    const names = new Names({
      ...{ bob: bob.id, cleo: cleo.id, eve: eve.id, "bob's handle": bob.handle, "the device's token": 'token' },
      ...{ group, 'another group': other, direct: await chat.direct(ann, bob) },
      ...{ message: (await chat.say(bob, group, 'Hello')).id, mine: (await chat.say(ann, group, 'Hi')).id },
      ...{ now: new Date().toISOString(), tomorrow: new Date(Date.now() + 86_400_000).toISOString() },
    });
    // A new user has no account yet, and a member cannot join with an invite.
    const others = new Map([
      ['SignUp', undefined],
      ['Refresh', undefined],
      ['Join', dan],
    ]);
    for (const operation of operations.filter(({ source }) => !source.startsWith('subscription'))) {
      const as = others.has(operation.name) ? others.get(operation.name) : ann;
      const { variables } = operation;
      for (const shown of variables.length === 0 ? ['{}'] : variables) names.learn(await done(operation, names.filled(shown), as));
    }
    expect(operations.length).toBeGreaterThan(40);
  });
});

function at(thing: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (here, key) => (typeof here === 'object' && here !== null ? (here as Readonly<Record<string, unknown>>)[key] : undefined),
    thing,
  );
}
