import { type Config, ConfigError, type Misspelt } from '../src/config/index.ts';
import { DatabaseError } from '../src/db/index.ts';
import { ChatError } from '../src/errors.ts';
import { cannotStart } from './cannot-start.ts';
import { logConsole } from './console.ts';
import { seedDemo } from './demo.ts';
import { createMask, isDroppedField } from './errors.ts';
import { greet } from './greeting.ts';
import { createLogging, type Logging } from './logger.ts';
import { createNode } from './node.ts';

/** How a process runs, besides its configuration. */
export interface RunOptions {
  /** Fills an empty database first. */
  readonly demo: boolean;
  /** Variables of the environment that were probably meant to configure it. It warns of each. */
  readonly misspelt: readonly Misspelt[];
}

// npm forwards a Ctrl-C that the terminal has sent to this process already. Within this time the two count as one.
const echoMs = 300;

/** Resolves at the first SIGINT or SIGTERM. A second one ends the process at once. */
function askedToStop(logging: Logging): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let askedAt: number | null = null;
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      if (askedAt !== null && performance.now() - askedAt < echoMs) return;
      if (askedAt !== null) process.exit(code);
      askedAt = performance.now();
      logging.logger.info({ signal }, 'stopping; a second signal stops at once');
      resolve();
    });
  }
  return promise;
}

function endOnBugs(logging: Logging): void {
  const mask = createMask(logging);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      if (event === 'unhandledRejection' && isDroppedField(error)) return void mask(error);
      // The state of the process is unknown from here on. Its supervisor restarts it, and clients come back with their positions.
      logging.logger.fatal({ err: error }, 'the process ended because of a bug');
      process.exit(1);
    });
  }
}

async function run(config: Config, { demo, misspelt }: RunOptions): Promise<void> {
  const logging = createLogging(config);
  using _console = logConsole(logging.logger);
  const stop = askedToStop(logging);
  endOnBugs(logging);
  for (const { name, meant } of misspelt) logging.logger.warn(`${name} is no variable of MPIM: is ${meant} meant?`);
  await using node = await createNode(config, { logging });
  for (const line of greet(config, node)) logging.announce(line);
  if (demo) logging.announce(await seedDemo(node.chat));
  await Promise.race([stop, node.askedToStop.then(() => logging.logger.info('stopping: an operator asked this node to'))]);
}

/**
 * Runs a node until it is asked to stop, and ends the process: with 0 once it has drained, with 1 and one line on stderr if it cannot start.
 */
export async function runNode(config: Config, options: RunOptions): Promise<never> {
  try {
    await run(config, options);
  } catch (error) {
    cannotStart(error, [ConfigError, DatabaseError, ChatError]);
  }
  process.exit(0);
}
