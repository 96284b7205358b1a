import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../schema/index.ts';
import { newSecret } from '../src/webhook/signature.ts';
import { given, type Person, world } from './support/world.ts';

/** An operation of the sheet, with all variables that are shown with it. */
interface Shown {
  readonly name: string;
  readonly source: string;
  readonly variables: readonly string[];
}

type Answer = Readonly<Record<string, unknown>>;

const sheet = readFileSync(join(import.meta.dirname, '../docs/cheatsheet.md'), 'utf8');
const fragments = new Map<string, string>();
const operations = readOperations();

/** Reads fragments and operations; variables belong to the operation before them. */
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

/** The text with the fragments that it spreads, and those that they do. */
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

describe('docs/cheatsheet.md', () => {
  const secret = newSecret();
  const chat = world({ PUSH_PROVIDER_URL: 'https://push.example.org/mpim', PUSH_PROVIDER_SECRET: secret });

  it.each(operations.map(({ name, source }) => ({ name, source })))('shows what the schema has: $name', ({ source }) => {
    expect(validate(schema, parse(whole(source)))).toEqual([]);
  });

  it('has operations that can be done one after the other', async () => {
    const [ann, bob, cleo, dan, eve] = await chat.people('ann', 'bob', 'cleo', 'dan', 'eve');
    const [group, other] = [await chat.group(ann, bob), await chat.group(bob, ann)];
    const [message, mine] = [await chat.say(bob, group, 'Hello'), await chat.say(ann, group, 'Hi')];
    const known = new Map<string, () => string>(
      Object.entries({
        ...{ bob: bob.id, cleo: cleo.id, eve: eve.id, group, 'another group': other, message: message.id, mine: mine.id },
        ...{ direct: await chat.direct(ann, bob), "bob's handle": bob.handle, "the device's token": 'token' },
        ...{ now: new Date().toISOString(), tomorrow: new Date(Date.now() + 86_400_000).toISOString() },
      }).map(([name, value]) => [name, () => value]),
    );
    known.set('a new id', randomUUID).set('a new handle', () => `zoe.${randomUUID().slice(0, 8)}`);

    /** What an answer tells that is asked with later. */
    function learn(answer: Answer): void {
      const texts: Readonly<Record<string, unknown>> = {
        'refresh token': at(answer, 'signUp', 'refreshToken'),
        code: at(answer, 'createInvite', 'invite', 'code'),
        question: at(answer, 'sendMessage', 'messageEdge', 'node', 'poll') && at(answer, 'sendMessage', 'messageEdge', 'node', 'id'),
        option: at(answer, 'sendMessage', 'messageEdge', 'node', 'poll', 'options', '0', 'id'),
      };
      for (const [name, value] of Object.entries(texts)) if (typeof value === 'string') known.set(name, () => value);
    }

    function filled(variables: string): Record<string, unknown> {
      return JSON.parse(variables.replaceAll(/"<([^>]+)>"/g, (_, name: string) => JSON.stringify(valueOf(name))));
    }

    function valueOf(name: string): string {
      const value = known.get(name);
      if (value === undefined) throw new Error(`nobody has said what <${name}> is`);
      return value();
    }

    // Whoever is in the group already does not come in by an invitation.
    const others: Readonly<Record<string, Person | null>> = { SignUp: null, Refresh: null, Join: dan };
    for (const { name, source, variables } of operations) {
      if (source.startsWith('subscription')) continue;
      for (const shown of variables.length === 0 ? ['{}'] : variables) {
        const as = name in others ? others[name] : ann;
        const { data, errors } = await chat.post(documentOf(source), filled(shown), as ?? undefined);
        expect(errors, name).toBeUndefined();
        for (const field of Object.values(given(data, []))) {
          expect(field, name).not.toBeNull();
          expect(at(field, 'errors') ?? [], name).toEqual([]);
        }
        learn(given(data, []));
      }
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
