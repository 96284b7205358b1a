import { adminSchema } from '../../schema/admin/index.ts';
import { schema } from '../../schema/index.ts';
import { chanceFrom } from '../fuzz/chance.ts';
import { createChooser } from '../fuzz/choice.ts';
import { createWriter, type Operation } from '../fuzz/document.ts';
import { type Counts, count, type Finding } from '../fuzz/finding.ts';
import { codesOf, refusalOf } from '../fuzz/judge.ts';
import { createKnownValues } from '../fuzz/known-values.ts';
import { createValues } from '../fuzz/values.ts';
import { createInstants, type Instants } from './instants.ts';
import { createLockstep, type Lockstep } from './lockstep.ts';
import { lookAround } from './look.ts';
import { createPairing } from './pairing.ts';
import { createPlain } from './plain.ts';
import type { World } from './world.ts';

/** The options of a run. */
export interface TwinOptions {
  readonly seed: number;
  readonly operations: number;
  /** Opens the two worlds. */
  readonly open: (tell: (line: string) => void) => Promise<readonly [one: World, other: World]>;
  /** The names of the users who send operations. */
  readonly askers: readonly string[];
  /** Whether one of them is an operator. */
  readonly operator: boolean;
  /** More root fields to leave out, besides those that are never sent. */
  readonly leftOut?: readonly string[];
  /** Returns a function that runs before each operation, in addition to it. */
  readonly meanwhile?: ((walk: Walk) => Promise<() => Promise<void>>) | undefined;
  readonly tell?: ((finding: Finding) => void) | undefined;
}

/** The two worlds of a run. */
export interface Walk {
  readonly one: World;
  readonly other: World;
  readonly instants: Instants;
  readonly step: Lockstep;
}

/** The result of a run. */
export interface TwinReport {
  readonly findings: readonly Finding[];
  readonly operations: number;
  readonly outcomes: Counts;
  readonly done: Counts;
}

// The most frequent operations, and those whose results the database orders, compares or truncates.
const often = {
  mutation: [
    ...['sendMessage', 'sendMessage', 'sendMessage', 'editMessage', 'recallMessage', 'forwardMessage', 'addReaction', 'removeReaction'],
    ...['markRead', 'markThreadRead', 'markUnread', 'blockUser', 'unblockUser', 'requestContact', 'answerContactRequest', 'updateContact'],
    ...['createGroup', 'updateGroup', 'addMembers', 'setRole', 'updateMembership', 'updateProfile', 'changeHandle', 'hideMessage'],
    'pinMessage',
  ],
  query: ['messages', 'messages', 'users', 'users', 'user', 'conversation', 'conversation', 'viewer', 'nodes'],
};

/**
 * Fields that are never sent, because they do not depend on the database: those that call other servers, that report nodes and pending
 * work, or that depend on a clock.
 */
const neverAsked: readonly string[] = [
  ...['connections', 'effectLag', 'jobCounts', 'jobs', 'nodes', 'replayJob', 'discardJob', 'webhooks', 'createWebhook'],
  ...['updateWebhook', 'deleteWebhook', 'enableWebhook', 'rotateWebhookSecret', 'testWebhook', 'setBeforeSend', 'beforeSend'],
].map((field) => `admin ${field}`);

/**
 * Whether the operation sends a contact request with a message, which is sent later: if two users ask each other, chance decides which is
 * first.
 */
function isRace({ fields, query, variables }: Operation): boolean {
  return fields.includes('requestContact') && `${query}${JSON.stringify(variables)}`.search(/message"?: ?["$]/) >= 0;
}

// The numbers of operations after which everybody queries everything they have, and after which restrictions are lifted.
const [lookEvery, replenishEvery] = [25, 150];

/** Sends operations that a seed determines to two worlds, until they differ. */
export async function runTwin({
  seed,
  operations,
  open,
  askers,
  operator,
  leftOut = [],
  meanwhile,
  tell = () => undefined,
}: TwinOptions): Promise<TwinReport> {
  const [chance, lore, instants] = [chanceFrom(seed), createKnownValues(), createInstants()];
  const findings: Finding[] = [];
  const around: string[] = [];
  const outcomes: Counts = {};
  const done: Counts = {};
  function find(faults: readonly string[], operation?: Finding['operation'], as?: string): void {
    if (faults.length === 0) return;
    const finding = { faults: faults.slice(0, 10), operation, as, around: around.slice(-8) };
    findings.push(finding);
    tell(finding);
  }
  // For others, only what they write to those who ask is compared.
  const compares = (by: string | undefined) => operator || askers.includes(by ?? '');
  await instants.begin();
  const [one, other] = await open((line) => find([`logged: ${line.trim()}`]));
  await using _one = one;
  await using _other = other;
  const step = createLockstep({ one, other, instants, pairing: createPairing(instants), lore, compares, find });
  const values = createValues(chance, lore, (by) => instants.pick(by));
  const writerOf = (of: typeof schema) => createWriter({ schema: of, chance, values });
  const chooser = createChooser({
    user: writerOf(schema),
    admin: writerOf(adminSchema),
    chance,
    often,
    oftenShare: 0.6,
    leftOut: new Set([...neverAsked, 'setTyping', ...leftOut]),
  });

  const plain = createPlain(chance, lore);

  /** Sends one operation. Returns whether it was sent. */
  async function askOne(): Promise<boolean> {
    const isAdmin = operator && chance.odds(0.12);
    const by = isAdmin ? 'admin' : chance.one(askers);
    const operation = chance.odds(0.5) ? plain.make(by, isAdmin) : chooser.choose(by, isAdmin);
    if (operation === undefined || isRace(operation)) return false;
    await beside?.();
    around.push(`${by}: ${operation.query} ${JSON.stringify(operation.variables)}`);
    const answer = await step.ask(by, operation, isAdmin);
    const code = codesOf(answer)[0] ?? refusalOf(answer) ?? 'DONE';
    count(outcomes, `${isAdmin ? 'admin ' : ''}${operation.kind} ${code}`);
    if (operation.kind === 'mutation' && code === 'DONE') count(done, operation.fields[0] ?? '');
    return true;
  }

  await step.both(async () => undefined);
  const beside = await meanwhile?.({ one, other, instants, step });
  const look = async () => {
    for (const name of askers) await step.ask(name, lookAround, false);
  };
  await look();
  let asked = 0;
  while (asked < operations && findings.length === 0) {
    if (!(await askOne())) continue;
    asked += 1;
    if (asked % lookEvery === 0) await look();
    if (asked % replenishEvery === 0) await step.both(async ({ ground }) => await ground.replenish());
  }
  return { findings, operations: asked, outcomes, done };
}
