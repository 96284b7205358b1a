import type { GraphQLSchema } from 'graphql';
import { adminSchema } from '../../schema/admin/index.ts';
import { schema } from '../../schema/index.ts';
import type { Audience } from './audience.ts';
import type { Chance } from './chance.ts';
import { createChooser } from './choice.ts';
import type { Operation, Writer } from './document.ts';
import { type Counts, count, type Find } from './finding.ts';
import type { Ground } from './ground.ts';
import { codesOf, createJudge, refusalOf } from './judge.ts';
import type { KnownValues } from './known-values.ts';
import { askOddly, speakOddly } from './odd-requests.ts';
import type { Person } from './people.ts';
import { type Answer, send, sendBySocket } from './sender.ts';

/** A user who sends one operation after the other. */
export interface Asker {
  readonly operations: number;
  /** By kind of operation: DONE, or the first code of the refusal. */
  readonly outcomes: Counts;
  /** The successful mutations, by name. */
  readonly done: Counts;
  /** Returns the last operations sent. */
  last(): readonly string[];
  /** Sends an operation and judges the answer. */
  step(): Promise<void>;
}

/** The parts of an asker. */
export interface AskerParts {
  readonly ground: Ground;
  readonly audience: Audience;
  readonly user: Writer;
  readonly admin: Writer;
  readonly chance: Chance;
  readonly lore: KnownValues;
  readonly find: Find;
}

// The most frequent operations, and those with the most events.
const talk = [
  'sendMessage',
  'sendMessage',
  'editMessage',
  'forwardMessage',
  'addReaction',
  'markRead',
  'setTyping',
  'sendSignal',
  'setPresence',
];

/** Creates an asker. */
export function createAsker({ ground, audience, user, admin, chance, lore, find }: AskerParts): Asker {
  const outcomes: Counts = {};
  const done: Counts = {};
  const last: string[] = [];
  const chooser = createChooser({ user, admin, chance, often: { query: [], mutation: talk }, oftenShare: 0.25 });
  let operations = 0;

  function note(person: Person, sent: string): void {
    operations += 1;
    last.push(`${person.name}: ${sent}`);
    if (last.length > 3) last.shift();
  }

  async function askAround(person: Person): Promise<void> {
    const around = chance.odds(0.7) ? askOddly : speakOddly;
    const { sent, faults } = await around({ url: ground.node.url, token: person.token }, chance);
    note(person, sent);
    find(faults, { query: sent, variables: {} }, person.name);
  }

  /** Sends it once, or twice at a time, as a client without an answer does. */
  function sendAs(person: Person, operation: Operation, isAdmin: boolean, token: string | undefined): Promise<readonly Answer[]> {
    const endpoint = isAdmin ? ground.adminEndpoint : ground.endpoint;
    const bySocket = !isAdmin && token !== undefined && chance.odds(0.25);
    const once = () => (bySocket ? sendBySocket(audience.clientOf(person), operation) : send(endpoint, operation, token));
    return Promise.all(chance.odds(0.05) ? [once(), once()] : [once()]);
  }

  function judge(of: GraphQLSchema, person: Person, operation: Operation, answer: Answer): void {
    lore.learn(answer.data, person.name);
    if (answer.broken !== undefined) find([answer.broken], operation, person.name);
    else if (answer.closed === undefined) find(createJudge(of, operation)(answer), operation, person.name);
    const code = answer.closed ?? codesOf(answer)[0] ?? refusalOf(answer) ?? 'DONE';
    // Worth a look, but nothing is broken.
    const why = code === 'UNAVAILABLE' ? ` ${answer.errors?.[0]?.message ?? ''}` : '';
    count(outcomes, `${of === schema ? '' : 'admin '}${operation.kind} ${code}${why}`);
    if (operation.kind === 'mutation' && code === 'DONE') count(done, operation.fields[0] ?? '');
  }

  async function askAs(person: Person, operation: Operation, isAdmin: boolean): Promise<void> {
    note(person, `${operation.query} ${JSON.stringify(operation.variables)}`);
    const token = chance.odds(0.02) ? undefined : person.token;
    const answers = await sendAs(person, operation, isAdmin, token);
    for (const answer of answers) judge(isAdmin ? adminSchema : schema, person, operation, answer);
    const refusal = isAdmin ? 'FORBIDDEN' : 'UNAUTHENTICATED';
    const isOut = answers.some((answer) => answer.closed !== undefined || codesOf(answer).includes(refusal));
    if (token !== undefined && isOut) await ground.renew(person);
  }

  async function step(): Promise<void> {
    const isAdmin = chance.odds(0.12);
    const person = isAdmin ? ground.people[0] : chance.one(ground.people);
    if (person === undefined) return;
    if (chance.odds(0.06)) return await askAround(person);
    const operation = chooser.choose(person.name, isAdmin);
    if (operation !== undefined) await askAs(person, operation, isAdmin);
  }

  return {
    get operations() {
      return operations;
    },
    outcomes,
    done,
    last: () => [...last],
    step,
  };
}
