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
import { createKnownValues } from './known-values.ts';
import { send } from './sender.ts';
import { createValues } from './values.ts';

/** The options of a run. */
export interface RunOptions {
  readonly seed: number;
  readonly stores: Stores;
  /** The duration. Without it, the run ends after `operations`. */
  readonly seconds?: number;
  /** The number of operations after which the run ends. */
  readonly operations?: number;
  /** Called with each finding at once. */
  readonly tell?: ((finding: Finding) => void) | undefined;
}

/** The result of a run. */
export interface Report {
  readonly findings: readonly Finding[];
  readonly operations: number;
  readonly outcomes: Counts;
  readonly done: Counts;
  readonly heard: Counts;
  readonly endings: Counts;
}

// The number of concurrent askers.
const lanes = 3;
// After this many operations, restrictions are undone.
const roundOperations = 200;
// A fault recurs, so more findings would only repeat it.
const mostFindings = 40;

/** Sends operations and opens subscriptions that a seed determines, and returns all findings. */
export async function runFuzz({
  seed,
  stores,
  seconds = Infinity,
  operations = Infinity,
  tell = () => undefined,
}: RunOptions): Promise<Report> {
  const lore = createKnownValues();
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

/** Reports what would have ended a process of the node alone. */
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
