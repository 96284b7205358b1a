import type { GraphQLSchema } from 'graphql';
import type { Client } from 'graphql-ws';
import { adminSchema } from '../../schema/admin/index.ts';
import { schema } from '../../schema/index.ts';
import { socketClient } from '../support/client.ts';
import type { Stores } from '../support/stores.ts';
import { type Chance, chanceFrom } from './chance.ts';
import { createWriter, type Operation, type Writer } from './document.ts';
import { type Ground, prepare } from './ground.ts';
import { codesOf, createJudge } from './judge.ts';
import { type Listener, startListening, ways } from './listener.ts';
import { createLore, type Lore } from './lore.ts';
import type { Person } from './people.ts';
import { send } from './sender.ts';
import { createValues } from './values.ts';

/** What decides a run. */
export interface RunOptions {
  readonly seed: number;
  readonly stores: Stores;
  /** So many operations, or for so long. */
  readonly until: { readonly operations: number } | { readonly minutes: number };
  /** Told as it is found. */
  readonly tell?: (finding: Finding) => void;
}

/** Something that must not be. */
export interface Finding {
  readonly faults: readonly string[];
  /** What it came of or came for; absent: it is not known. */
  readonly operation?: Operation | undefined;
  readonly as?: string | undefined;
  /** What was sent before it, the last at the end. */
  readonly before: readonly string[];
}

/** What a run came to. */
export interface Report {
  readonly findings: readonly Finding[];
  readonly operations: number;
  /** Results of subscriptions. */
  readonly results: number;
  /** How often what was answered with: DONE, or the code of the first error. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly endings: Readonly<Record<string, number>>;
  /** What was told of, and what was done, by name. */
  readonly heard: Readonly<Record<string, number>>;
  readonly done: Readonly<Record<string, number>>;
}

const listeners = 14;
const roundOperations = 150;
// The same again is no news.
const mostFindings = 40;

/** Lets a seed decide what people ask and do, for a while, and answers what must not have been. */
export async function runFuzz({ seed, stores, until, tell = () => undefined }: RunOptions): Promise<Report> {
  const chance = chanceFrom(seed);
  const lore = createLore();
  const findings: Finding[] = [];
  const before: string[] = [];
  const outcomes: Record<string, number> = {};
  const endings: Record<string, number> = {};
  const heard: Record<string, number> = {};
  const done: Record<string, number> = {};
  let [operations, results] = [0, 0];

  function find(faults: readonly string[], operation?: Operation, as?: string): void {
    if (faults.length === 0 || findings.length >= mostFindings) return;
    const finding = { faults: faults.slice(0, 10), operation, as, before: before.slice(-3) };
    findings.push(finding);
    tell(finding);
  }

  const uncaught = (error: unknown) => find([`uncaught: ${error instanceof Error ? error.stack : String(error)}`]);
  process.on('uncaughtException', uncaught).on('unhandledRejection', uncaught);
  await using ending = new AsyncDisposableStack();
  ending.defer(() => void process.off('uncaughtException', uncaught).off('unhandledRejection', uncaught));
  const ground = ending.use(await prepare(stores, lore, (line) => find([`logged: ${line.trim()}`])));
  const writers = { user: writerOf(schema, chance, lore), admin: writerOf(adminSchema, chance, lore) };
  const audience = ending.adopt(createAudience(), (one) => one.end());

  function createAudience() {
    const clients = new Map<string, Client>();
    const slots: { listener: Listener; person: Person; field: string }[] = [];

    function clientOf({ token }: Person): Client {
      const client = clients.get(token) ?? socketClient(ground.node.url, token);
      clients.set(token, client);
      return client;
    }

    function open(): void {
      const person = chance.one(ground.people);
      const field = chance.one(['events', 'events', 'presence', 'conversationEvents']);
      const operation = writers.user.write('subscription', field);
      const judge = createJudge(schema, operation);
      const listener = startListening({
        operation,
        endpoint: ground.endpoint,
        token: person.token,
        way: chance.one(ways),
        slow: chance.odds(0.2),
        client: clientOf(person),
        judge,
        learn(data) {
          results += 1;
          for (const one of Object.values((data ?? {}) as Record<string, { __typename?: string } | null>))
            count(heard, String(one?.__typename));
          lore.learn(data);
        },
        tell: (faults) => find(faults, operation, person.name),
      });
      slots.push({ listener, person, field });
    }

    return {
      /** Opens anew what has ended, ends some that have not. */
      tend(): void {
        for (const slot of [...slots]) {
          if (chance.odds(0.1)) slot.listener.readOn();
          if (chance.odds(0.004)) slot.listener.stop();
          if (slot.listener.ended === undefined) continue;
          count(endings, slot.listener.ended);
          slots.splice(slots.indexOf(slot), 1);
          // A socket that was closed is opened anew.
          if (/closed|Error/.test(slot.listener.ended)) clients.delete(slot.person.token);
        }
        for (let n = 0; n < 3 && slots.length < listeners; n++) open();
      },
      /** Has something happen to everybody, and sees whether those who listen are told. */
      async isAlive(): Promise<void> {
        const heard = slots
          .filter(({ field, listener }) => field === 'events' && listener.ended === undefined)
          .map((slot) => ({ ...slot, had: slot.listener.results }));
        await ground.tap();
        const waitUntil = performance.now() + 15_000;
        const deaf = () =>
          heard.filter(({ listener, had, person }) => {
            listener.readOn();
            return listener.ended === undefined && listener.results <= had && ground.people.includes(person);
          });
        while (deaf().length > 0 && performance.now() < waitUntil) await new Promise((resolve) => setTimeout(resolve, 20));
        for (const { person } of deaf()) find([`a subscription of ${person.name} hears nothing any more`]);
      },
      async end(): Promise<void> {
        for (const { listener } of slots) listener.stop();
        for (const client of clients.values()) await client.dispose();
      },
    };
  }

  async function step(): Promise<void> {
    const isAdmin = chance.odds(0.12);
    const person = isAdmin ? ground.people[0] : chance.one(ground.people);
    if (person === undefined) return;
    const operation = (isAdmin ? writers.admin : writers.user).write(chance.odds(0.45) ? 'query' : 'mutation');
    if (forbidden(operation, chance)) return;
    operations += 1;
    before.push(`${person.name}: ${operation.query} ${JSON.stringify(operation.variables)}`.slice(0, 3_000));
    if (before.length > 3) before.shift();
    const token = chance.odds(0.02) ? undefined : person.token;
    const answer = await send(isAdmin ? ground.adminEndpoint : ground.endpoint, operation, token);
    lore.learn(answer.data);
    if (answer.broken !== undefined) return find([answer.broken], operation, person.name);
    find(createJudge(isAdmin ? adminSchema : schema, operation)(answer), operation, person.name);
    const codes = codesOf(answer);
    if (process.env['DBG'] && codes[0] === 'BAD_USER_INPUT') console.log('DBG', operation.kind, answer.errors?.[0]?.message.slice(0, 150));
    if (operation.kind === 'mutation' && codes.length === 0 && refusedWith(answer.data) === '') count(done, operation.fields[0] ?? '');
    count(outcomes, `${isAdmin ? 'admin ' : ''}${operation.kind} ${codes[0] ?? (refusedWith(answer.data) || 'DONE')}`);
    if (token !== undefined && codes.includes(isAdmin ? 'FORBIDDEN' : 'UNAUTHENTICATED')) await ground.renew(person);
  }

  const endAt = performance.now() + ('minutes' in until ? until.minutes * 60_000 : Number.POSITIVE_INFINITY);
  const isOver = () => ('operations' in until ? operations >= until.operations : performance.now() >= endAt);
  for (let n = 1; !isOver(); n++) {
    audience.tend();
    await step();
    if (n % roundOperations !== 0) continue;
    await audience.isAlive();
    await ground.replenish();
  }
  await audience.isAlive();
  await checkHealth(ground, find);
  return { findings, operations, results, outcomes, endings, heard, done };
}

function writerOf(of: GraphQLSchema, chance: Chance, lore: Lore): Writer {
  return createWriter({
    schema: of,
    chance,
    values: createValues(chance, lore, { odd: 0.08, wrong: 0.006 }),
    valuesBelow: createValues(chance, lore, { odd: 0.02, wrong: 0.002 }),
  });
}

/** What would be the end of the run, or hide what is logged; and what would be the end of people, but for a few times. */
function forbidden({ fields, query, variables }: Operation, chance: Chance): boolean {
  if (fields.includes('drainNode') || `${query}${JSON.stringify(variables)}`.includes('logLevel')) return true;
  const isEnd = fields.some((field) =>
    /^(deleteAccount|deleteUser|resetPassword|suspendUser|signOut|signOutOthers|revokeAdmin|disconnectUser|dissolveGroup)$/.test(field),
  );
  return isEnd && chance.odds(0.7);
}

function refusedWith(data: unknown): string {
  const [payload] = Object.entries((data ?? {}) as object).flatMap(([name, one]) => (name === '__typename' ? [] : [one as unknown]));
  const errors = (payload as { readonly errors?: readonly { readonly code?: string }[] } | null | undefined)?.errors;
  return Array.isArray(errors) && errors.length > 0 ? String(errors[0]?.code ?? 'refused') : '';
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

async function checkHealth({ node, endpoint }: Ground, find: (faults: readonly string[]) => void): Promise<void> {
  const { data } = await send(endpoint, { query: '{ __typename }', variables: {} });
  if (JSON.stringify(data) !== '{"__typename":"Query"}') find(['the node does not answer any more']);
  for (const path of ['live', 'ready']) {
    const { status } = await fetch(`${node.url}/health/${path}`);
    if (status !== 200) find([`/health/${path} answers ${status}`]);
  }
}
