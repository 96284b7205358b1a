import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'graphql-ws';
import { schema } from '../../schema/index.ts';
import { socketClient } from '../support/client.ts';
import type { Chance } from './chance.ts';
import type { Operation, Writer } from './document.ts';
import { type Counts, count, type Find } from './finding.ts';
import type { Ground } from './ground.ts';
import { createJudge } from './judge.ts';
import type { KnownValues } from './known-values.ts';
import { type Listener, startListening, ways } from './listener.ts';
import type { Person } from './people.ts';

/** Subscribers: several subscriptions at a time, over every transport. */
export interface Audience extends AsyncDisposable {
  /** Counts of received types, and of the ways in which subscriptions ended. */
  readonly heard: Counts;
  readonly endings: Counts;
  /** Returns the open subscriptions as text. */
  open(): readonly string[];
  /** Replaces ended subscriptions, and ends some of the others. */
  tend(): void;
  /** Causes an event for everybody, and reports the subscriptions that do not receive it. */
  check(): Promise<void>;
  /** Returns a user's socket, which subscriptions share. */
  clientOf(person: Person): Client;
}

interface Slot {
  readonly listener: Listener;
  readonly person: Person;
  readonly operation: Operation;
}

const listeners = 16;
// A payload is shared by equal subscriptions. There are few documents, so that this happens.
const documents = 4;
// From a commit to a subscriber, on a busy machine. Anything that takes longer counts as missing.
const hearMs = 20_000;

/** Starts without subscriptions. */
export function createAudience(parts: {
  readonly ground: Ground;
  readonly writer: Writer;
  readonly chance: Chance;
  readonly lore: KnownValues;
  readonly find: Find;
}): Audience {
  const { ground, writer, chance, lore, find } = parts;
  const clients = new Map<string, Client>();
  const slots = new Set<Slot>();
  const written: Operation[] = [];
  const heard: Counts = {};
  const endings: Counts = {};

  function clientOf({ token }: Person): Client {
    const client = clients.get(token) ?? socketClient(ground.node.url, token);
    clients.set(token, client);
    return client;
  }

  /** Returns a subscription: one that others have too, or a new one. */
  function operationFor({ name }: Person): Operation {
    if (written.length === documents && chance.odds(0.7)) return chance.one(written);
    const operation = writer.write('subscription', name, chance.one(['events', 'events', 'presence', 'conversationEvents']));
    if (written.length === documents) written.shift();
    written.push(operation);
    return operation;
  }

  function openOne(): void {
    const person = chance.one(ground.people);
    const operation = operationFor(person);
    const listener = startListening({
      operation,
      endpoint: ground.endpoint,
      token: person.token,
      way: chance.one(ways),
      slow: chance.odds(0.2),
      client: clientOf(person),
      judge: createJudge(schema, operation),
      learn(data) {
        for (const one of Object.values((data ?? {}) as Record<string, { readonly __typename?: string } | null>)) {
          count(heard, one?.__typename ?? 'nothing');
        }
        lore.learn(data, person.name);
      },
      tell: (faults) => find(faults, operation, person.name),
    });
    slots.add({ listener, person, operation });
  }

  return {
    heard,
    endings,
    clientOf,
    open: () =>
      [...slots].map(({ person, operation: { query, variables } }) => `${person.name} listens: ${query} ${JSON.stringify(variables)}`),
    tend() {
      for (const slot of slots) {
        const { listener, person } = slot;
        if (chance.odds(0.1)) listener.readOn();
        if (chance.odds(0.004)) listener.stop();
        if (listener.ended === undefined) continue;
        count(endings, listener.ended);
        slots.delete(slot);
        // A closed socket does not reopen by itself.
        if (listener.ended.startsWith('closed')) clients.delete(person.token);
      }
      // Bounded, because a subscription that ends at once would otherwise be reopened without end.
      for (let n = 0; n < 3 && slots.size < listeners; n++) openOne();
    },
    async check() {
      const before = [...slots]
        .filter(({ operation, listener }) => operation.fields.includes('events') && listener.ended === undefined)
        .map((slot) => ({ ...slot, results: slot.listener.results }));
      await ground.tap();
      const isDeaf = ({ listener, results, person }: (typeof before)[number]) =>
        listener.ended === undefined && listener.results <= results && ground.people.includes(person);
      for (const until = performance.now() + hearMs; before.some(isDeaf) && performance.now() < until; await delay(20)) {
        for (const { listener } of before) listener.readOn();
      }
      for (const { operation, person } of before.filter(isDeaf)) find(['nothing is heard any more'], operation, person.name);
    },
    async [Symbol.asyncDispose]() {
      for (const { listener } of slots) listener.stop();
      for (const client of clients.values()) await client.dispose();
    },
  };
}
