import { adminSchema } from '../../schema/admin/index.ts';
import { schema } from '../../schema/index.ts';
import type { Stores } from '../support/stores.ts';
import { createAsker } from './asker.ts';
import { createAudience } from './audience.ts';
import { narrowBounds } from './bounds.ts';
import { chanceFrom } from './chance.ts';
import { createWriter } from './document.ts';
import { type Counts, type Find, type Finding, mergeCounts } from './finding.ts';
import { type Ground, prepare } from './ground.ts';
import { createLore } from './lore.ts';
import { send } from './sender.ts';
import { createValues } from './values.ts';

/** What decides a run. */
export interface RunOptions {
  readonly seed: number;
  readonly stores: Stores;
  /** For how long things are asked; absent: until enough were. */
  readonly seconds?: number;
  /** After how many it is enough. */
  readonly operations?: number;
  /** Told of each finding as it is made. */
  readonly tell?: ((finding: Finding) => void) | undefined;
}

/** What a run came to. */
export interface Report {
  readonly findings: readonly Finding[];
  readonly operations: number;
  readonly outcomes: Counts;
  readonly done: Counts;
  readonly heard: Counts;
  readonly endings: Counts;
}

// Who asks at the same time.
const lanes = 3;
// After so many operations what keeps people from everything is taken back.
const roundOperations = 200;
// What is wrong is so again and again.
const mostFindings = 40;

/** Lets a seed decide what people ask, do and listen to for a while, and answers what must not have been. */
export async function runFuzz({
  seed,
  stores,
  seconds = Infinity,
  operations = Infinity,
  tell = () => undefined,
}: RunOptions): Promise<Report> {
  const lore = createLore();
  const findings: Finding[] = [];
  let around = (): readonly string[] => [];
  const find: Find = (faults, operation, as) => {
    if (faults.length === 0 || findings.length >= mostFindings) return;
    const finding = { faults: faults.slice(0, 10), operation, as, around: operation ? [] : around() };
    findings.push(finding);
    tell(finding);
  };
  await using open = new AsyncDisposableStack();
  open.use(watchProcess(find));
  const env = narrowBounds(chanceFrom(seed));
  const ground = open.use(await prepare({ stores, lore, env, tell: (line) => find([`logged: ${line.trim()}`]) }));
  const chances = Array.from({ length: lanes + 1 }, (_, lane) => chanceFrom(seed + lane * 7_919));
  const writerOf = (of: typeof schema, chance: (typeof chances)[number]) =>
    createWriter({ schema: of, chance, values: createValues(chance, lore) });
  const [first, ...others] = chances;
  if (first === undefined) throw new Error('there are chances');
  const audience = open.use(createAudience({ ground, writer: writerOf(schema, first), chance: first, lore, find }));
  const askers = others.map((chance) =>
    createAsker({ ground, audience, user: writerOf(schema, chance), admin: writerOf(adminSchema, chance), chance, lore, find }),
  );
  around = () => [...askers.flatMap((asker) => asker.last()), ...audience.open()];
  const asked = () => askers.reduce((sum, { operations }) => sum + operations, 0);

  const endAt = performance.now() + seconds * 1_000;
  const isOver = () => performance.now() >= endAt || asked() >= operations;
  while (!isOver()) {
    const roundEnd = asked() + roundOperations;
    const going = () => !isOver() && asked() < roundEnd;
    await Promise.all(
      askers.map(async (asker) => {
        for (; going(); await asker.step()) audience.tend();
      }),
    );
    await audience.check();
    await ground.replenish();
  }
  await checkHealth(ground, find);
  const sum = (counts: readonly Counts[]) => counts.reduce((all, one) => mergeCounts(all, one), {});
  return {
    findings,
    operations: asked(),
    outcomes: sum(askers.map(({ outcomes }) => outcomes)),
    done: sum(askers.map(({ done }) => done)),
    heard: audience.heard,
    endings: audience.endings,
  };
}

/** Finds what would have ended a process that is only a node. */
function watchProcess(find: Find): Disposable {
  const uncaught = (error: unknown) => find([`uncaught: ${error instanceof Error ? error.stack : String(error)}`]);
  process.on('uncaughtException', uncaught).on('unhandledRejection', uncaught);
  return { [Symbol.dispose]: () => void process.off('uncaughtException', uncaught).off('unhandledRejection', uncaught) };
}

async function checkHealth({ node, endpoint }: Ground, find: Find): Promise<void> {
  const { data } = await send(endpoint, { query: '{ __typename }', variables: {} });
  if (JSON.stringify(data) !== '{"__typename":"Query"}') find(['the node does not answer any more']);
  for (const path of ['live', 'ready']) {
    const { status } = await fetch(`${node.url}/health/${path}`);
    if (status !== 200) find([`/health/${path} answers ${status}`]);
  }
}
