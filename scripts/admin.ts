import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { ConfigError, readConfig } from '../src/config.ts';
import { DatabaseError } from '../src/db/index.ts';
import { ChatError } from '../src/errors.ts';
import { openOperator } from '../src/open.ts';
import { type Commands, type Flags, table, UsageError } from './admin/command.ts';
import { jobsCommands } from './admin/jobs.ts';
import { nodesCommands } from './admin/nodes.ts';
import { noticesCommands } from './admin/notices.ts';
import { peopleCommands } from './admin/people.ts';
import { settingsCommands } from './admin/settings.ts';

// What operators do from the command line: `npm run admin -- …`, on the system that the environment names, whether its nodes run or not.

const commands: Commands = { ...settingsCommands, ...peopleCommands, ...nodesCommands, ...noticesCommands, ...jobsCommands };

function usage(): string {
  const lines = Object.entries(commands).map(([name, { words, says }]) => [`  ${[name, ...words].join(' ')}`, says]);
  return `npm run admin -- …\n${table(lines)}`;
}

/** What a command line asks for. Throws UsageError. */
function read(line: readonly string[]) {
  const { flags, positionals } = parse(line);
  const name = [positionals.slice(0, 2).join(' '), positionals[0] ?? ''].find((one) => Object.hasOwn(commands, one));
  const command = name === undefined ? undefined : commands[name];
  const words = positionals.slice(name?.split(' ').length ?? 0);
  if (command === undefined || words.length !== command.words.length) throw new UsageError(usage());
  return { run: command.run, words, flags };
}

function parse(line: readonly string[]): { readonly flags: Flags; readonly positionals: readonly string[] } {
  const text = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...line],
      options: {
        expect: text,
        note: text,
        first: text,
        before: text,
        to: text,
        at: text,
        state: text,
        kind: text,
        'end-sessions': { type: 'boolean' },
      },
      allowPositionals: true,
    });
    return { flags: values, positionals };
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('\n')[0]}\n${usage()}`);
  }
}

try {
  const { run, words, flags } = read(process.argv.slice(2));
  // What goes wrong is said below; what the modules have to say besides is for a node's log.
  await using operator = await openOperator(readConfig(process.env), { logger: pino({ level: 'silent' }) });
  process.stdout.write(`${await run(operator, words, flags)}\n`);
  const { redisFault: fault } = operator;
  if (fault !== null)
    process.stderr.write(`${fault}\nNodes are not told: they find what has changed by themselves, within HEAD_CHECK_MS.\n`);
} catch (error) {
  const known = [UsageError, ConfigError, DatabaseError, ChatError].some((kind) => error instanceof kind);
  process.stderr.write(`${known ? (error as Error).message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = 1;
}
