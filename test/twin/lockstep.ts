import type { Operation } from '../fuzz/document.ts';
import type { Finding } from '../fuzz/finding.ts';
import { codesOf } from '../fuzz/judge.ts';
import type { KnownValues } from '../fuzz/known-values.ts';
import type { Person } from '../fuzz/people.ts';
import { type Answer, send } from '../fuzz/sender.ts';
import type { Instants } from './instants.ts';
import type { Pairing } from './pairing.ts';
import type { Told } from './subscriber.ts';
import type { World } from './world.ts';

/** An operation, with the ids of the first world. */
export type Asked = NonNullable<Finding['operation']> & Partial<Pick<Operation, 'fields'>>;

/** Two worlds that execute everything in parallel. Each step waits until both have settled. */
export interface Lockstep {
  /** Sends an operation to both, and returns the answer of the first. */
  ask(by: string, operation: Asked, isAdmin: boolean): Promise<Answer>;
  /** Does several things in both. Only the answers are compared, not the events. */
  both(work: (world: World) => Promise<unknown>): Promise<void>;
}

/** The parts of a lockstep. */
export interface LockstepParts {
  readonly one: World;
  readonly other: World;
  readonly instants: Instants;
  readonly pairing: Pairing;
  /** The lore of the first world. */
  readonly lore: KnownValues;
  /** Whether answers to this user are compared. Undefined: an operator. */
  readonly compares: (by: string | undefined) => boolean;
  /** Called with the differences. */
  readonly find: (faults: readonly string[], operation?: Asked, by?: string) => void;
}

// Operations that commit in several steps. An event of the first step shows the current state, which may include the second step already.
const inSteps =
  /^(requestContact|answerContactRequest|deleteAccount|deleteUser|dissolveGroup|createGroup|postNotice|revokeNotice|requestDataExport|blockUser|resolveReport)$/;

// An event that is in no log arrives at once, within seconds on a busy machine, or never.
const [patienceMs, againMs] = [20_000, 250];

// Stores may time out on a busy machine, and the same request again settles it. A world that never answers is a difference.
const attempts = 3;

type Entries = ReadonlyMap<string, readonly Told[]>;

/** Starts the comparison of two worlds that have just been opened. */
export function createLockstep({ one, other, instants, pairing, lore, compares, find }: LockstepParts): Lockstep {
  /** Waits until both have settled. Returns the users who lack an entry, and the differences in what was learned. */
  async function rest(): Promise<readonly string[]> {
    const deaf = (await Promise.all([one, other].map((world) => world.settle()))).flat();
    const [learned = [], learnedThere = []] = [one, other].map((world) => world.takeLearned().filter(({ by }) => compares(by)));
    for (const { answer, by } of learned) lore.learn(answer, by);
    return [...deaf, ...pairing.differences(learned, learnedThere, 'learned')];
  }

  async function differencesHeard(name: string, shown: (event: Told) => Told): Promise<readonly string[]> {
    const [first, second] = [one.hearings.get(name), other.hearings.get(name)];
    if (first === undefined || second === undefined) return [`${name} is not everywhere`];
    const differing = entriesDifferences(first.takeEntries(), second.takeEntries(), { name, shown });
    for (let left = patienceMs; ; left -= againMs) {
      const latest = [...latestDifferences(first.latest, second.latest), ...pairing.differences(first.ended, second.ended, 'ended')];
      if (latest.length === 0) return differing;
      if (left <= 0) return [...differing, ...latest.map((text) => `${name} was told last: ${text}`)];
      await Promise.race([first, second].map((hearing) => hearing.next(againMs).catch(() => undefined)));
    }
  }

  function entriesDifferences(
    entries: Entries,
    there: Entries,
    { name, shown }: { readonly name: string; readonly shown: (event: Told) => Told },
  ): readonly string[] {
    const others = new Map(there);
    const known = new Set([...entries.keys()].map((stream) => pairing.translate(stream)));
    const differing: string[] = [];
    for (const [stream, events] of entries) {
      const translated = pairing.translate(stream);
      // A stream that no answer has named yet is paired with the first one left.
      const same = others.has(translated) ? translated : ([...others.keys()].find((key) => !known.has(key)) ?? '');
      differing.push(...pairing.differences(events.map(shown), (others.get(same) ?? []).map(shown), `${name} heard`));
      others.delete(same);
      for (const event of events) lore.learn(shown(event), name);
    }
    return [...differing, ...[...others.values()].flatMap((events) => pairing.differences([], events, `${name} heard`))];
  }

  function latestDifferences(first: ReadonlyMap<string, object>, second: ReadonlyMap<string, object>): readonly string[] {
    const translated = new Map([...first].map(([about, event]) => [pairing.translate(about), event]));
    const abouts = [...new Set([...translated.keys(), ...second.keys()])];
    return abouts.flatMap((about) => pairing.differences(timeless(translated.get(about)), timeless(second.get(about)), about));
  }

  async function listenAnew(name: string): Promise<void> {
    for (const world of [one, other]) {
      const person = world.ground.people.find((one) => one.name === name);
      if (person !== undefined) await world.listen(person);
    }
  }

  async function askIn(world: World, by: string, operation: Asked, isAdmin: boolean): Promise<Answer> {
    const { endpoint, adminEndpoint } = world.ground;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await send(isAdmin ? adminEndpoint : endpoint, operation, personIn(world, by).token);
      if (attempt === attempts || !codesOf(answer).includes('UNAVAILABLE')) return answer;
    }
  }

  async function ask(by: string, operation: Asked, isAdmin: boolean): Promise<Answer> {
    await instants.begin();
    const there = JSON.parse(pairing.translate(JSON.stringify(operation))) as Asked;
    const [answer, otherAnswer] = await Promise.all([askIn(one, by, operation, isAdmin), askIn(other, by, there, isAdmin)]);
    find(differencesOf(answer, otherAnswer), operation, by);
    lore.learn(answer.data, by);
    const differing = [...(await rest())];
    const shown = operation.fields?.some((field) => inSteps.test(field)) ? factsOf : (event: Told) => event;
    for (const name of one.hearings.keys()) differing.push(...(await differencesHeard(name, shown)));
    find(differing, operation, by);
    for (const [name, hearing] of one.hearings) if (hearing.ended !== undefined) await listenAnew(name);
    const isOut = codesOf(answer).some((code) => code === 'UNAUTHENTICATED' || (isAdmin && code === 'FORBIDDEN'));
    if (isOut) await both(async (world) => await world.ground.renew(personIn(world, by)));
    return answer;
  }

  /** Of errors that exclude each other, the order does not matter. */
  function differencesOf(first: Answer, second: Answer): readonly string[] {
    const errors = [first, second].map(({ errors = [] }) =>
      errors.map(({ message, extensions }) => ({ message, code: extensions?.['code'] })),
    );
    const [ours = [], theirs = []] = errors;
    const isRefused = ours.length > 0 && theirs.length > 0;
    const hasCommon = ours.some((error) => theirs.some((their) => pairing.differences(error, their).length === 0));
    return [
      ...pairing.differences(first.data, second.data, 'data'),
      ...pairing.differences(first.broken, second.broken, 'broken'),
      ...(isRefused && hasCommon ? [] : pairing.differences(ours, theirs, 'errors')),
    ];
  }

  async function both(work: (world: World) => Promise<unknown>): Promise<void> {
    await instants.begin();
    await Promise.all([one, other].map(work));
    find(await rest());
    // After several things in a row, an event shows the current state, at a different time in each world.
    for (const name of one.hearings.keys()) await listenAnew(name);
  }

  return { ask, both };
}

function personIn({ ground }: World, by: string): Person {
  const person = ground.people.find(({ name }) => name === by);
  if (person === undefined) throw new Error(`nobody is ${by}`);
  return person;
}

/** Returns the scalar fields of an event. */
function factsOf(event: Told): Told {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => typeof value !== 'object' || value === null));
}

/** A repeated event has another time. */
function timeless(event: object | undefined): unknown {
  return event === undefined ? undefined : { ...event, at: null };
}
