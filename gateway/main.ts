import { parseArgs } from 'node:util';
import { type Config, ConfigError, misspelt, readConfig } from '../src/config/index.ts';
import { DatabaseError } from '../src/db/index.ts';
import { ChatError } from '../src/errors.ts';
import { seedDemo } from './demo.ts';
import { greet } from './greeting.ts';
import { createLogging, type Logging } from './logger.ts';
import { createNode } from './node.ts';

// The process: `node gateway/main.ts [--demo]`. Everything else is configured by environment variables.

/** Reads the command line. Throws ConfigError for anything but --demo. */
function readArguments(): { readonly demo: boolean } {
  try {
    const { demo = false } = parseArgs({ options: { demo: { type: 'boolean' } } }).values;
    return { demo };
  } catch (error) {
    throw new ConfigError(`${(error as Error).message.split('\n')[0]} (there is --demo, and the environment)`);
  }
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

async function run(config: Config, demo: boolean): Promise<void> {
  const logging = createLogging(config);
  const stop = askedToStop(logging);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    // The state of the process is unknown from here on. Its supervisor restarts it, and clients come back with their positions.
    process.on(event, (error) => {
      logging.logger.fatal({ err: error }, 'the process ended because of a bug');
      process.exit(1);
    });
  }
  for (const { name, meant } of misspelt(process.env)) logging.logger.warn(`${name} is no variable of MPIM: is ${meant} meant?`);
  await using node = await createNode(config, { logging });
  for (const line of greet(config, node)) logging.announce(line);
  if (demo) logging.announce(await seedDemo(node.chat));
  await Promise.race([stop, node.askedToStop.then(() => logging.logger.info('stopping: an operator asked this node to'))]);
}

try {
  const { demo } = readArguments();
  await run(readConfig(process.env), demo);
  process.exit(0);
} catch (error) {
  const known = [ConfigError, DatabaseError, ChatError].some((kind) => error instanceof kind);
  process.stderr.write(`MPIM cannot start: ${known ? (error as Error).message : ((error as Error).stack ?? error)}\n`);
  process.exit(1);
}
