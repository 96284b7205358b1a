import { adminSchema } from '../../schema/admin/index.ts';
import { schema } from '../../schema/index.ts';
import { chanceFrom } from '../fuzz/chance.ts';
import { createChooser } from '../fuzz/choice.ts';
import { createWriter, type Operation } from '../fuzz/document.ts';
import { type Counts, count, type Finding } from '../fuzz/finding.ts';
import { codesOf, refusalOf } from '../fuzz/judge.ts';
import { createLore } from '../fuzz/lore.ts';
import { createValues } from '../fuzz/values.ts';
import { createInstants, type Instants } from './instants.ts';
import { createLockstep, type Lockstep } from './lockstep.ts';
import { lookAround } from './look.ts';
import { createPairing } from './pairing.ts';
import { createPlain } from './plain.ts';
import type { World } from './world.ts';

/** What decides a run. */
export interface TwinOptions {
  readonly seed: number;
  readonly operations: number;
  /** Opens the two. */
  readonly open: (tell: (line: string) => void) => Promise<readonly [one: World, other: World]>;
  /** Names of those who ask. */
  readonly askers: readonly string[];
  /** Whether one of them is an operator. */
  readonly operator: boolean;
  /** Root fields that are not asked, beside those that never are. */
  readonly leftOut?: readonly string[];
  /** Begins what is done before each operation, beside it. */
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

/** What a run came to. */
export interface TwinReport {
  readonly findings: readonly Finding[];
  readonly operations: number;
  readonly outcomes: Counts;
  readonly done: Counts;
}

// What people do most, and what is ordered, compared or cut by the database.
const often = {
  mutation: [
    ...['sendMessage', 'sendMessage', 'sendMessage', 'editMessage', 'recallMessage', 'forwardMessage', 'addReaction', 'removeReaction'],
    ...['markRead', 'markThreadRead', 'markUnread', 'blockUser', 'unblockUser', 'requestContact', 'answerContactRequest', 'updateContact'],
    ...['createGroup', 'updateGroup', 'addMembers', 'setRole', 'updateMembership', 'updateProfile', 'changeHandle', 'hideMessage'],
    'pinMessage',
  ],
  query: ['messages', 'messages', 'users', 'users', 'user', 'conversation', 'conversation', 'viewer', 'nodes'],
};

/** What is not asked, as it is not of the dialects: what calls out, what tells of nodes and of work that waits, and what ends by a clock. */
const neverAsked: readonly string[] = [
  ...['connections', 'effectLag', 'jobCounts', 'jobs', 'nodes', 'replayJob', 'discardJob', 'webhooks', 'createWebhook'],
  ...['updateWebhook', 'deleteWebhook', 'enableWebhook', 'rotateWebhookSecret', 'testWebhook', 'setBeforeSend', 'beforeSend'],
].map((field) => `admin ${field}`);

/** True where what is asked with it is said later: of two who ask each other it is chance whose comes first. */
function isRace({ fields, query, variables }: Operation): boolean {
  return fields.includes('requestContact') && `${query}${JSON.stringify(variables)}`.search(/message"?: ?["$]/) >= 0;
}

// After so many everybody looks at all that they have; after more of them, what keeps people from everything is taken back.
const [lookEvery, replenishEvery] = [25, 150];

/** Lets a seed decide what is asked in two worlds, until they differ. */
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
  const [chance, lore, instants] = [chanceFrom(seed), createLore(), createInstants()];
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
  // Of others only what they say to those who ask counts.
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

  /** Asks one thing; answers whether it was asked. */
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
