import { parseArgs } from 'node:util';
import { type Config, ConfigError, misspelt, readConfig } from '../src/config/index.ts';
import { cannotStart } from './cannot-start.ts';

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

function readAll(): { readonly demo: boolean; readonly config: Config } {
  try {
    return { ...readArguments(), config: readConfig(process.env) };
  } catch (error) {
    cannotStart(error, [ConfigError]);
  }
}

const { demo, config } = readAll();
// The node is some two thousand modules, which take over a second to load: a mistake in the configuration is told before.
const { runNode } = await import('./run.ts');
await runNode(config, { demo, misspelt: misspelt(process.env) });
