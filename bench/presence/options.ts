import { parseArgs } from 'node:util';

/** The options of a run. */
export interface Options {
  /** Number of users who come online. */
  readonly users: number;
  /** Number of watchers of each user. */
  readonly watchers: number;
  /** Number of users that each watcher watches. */
  readonly watched: number;
  /** The users come evenly within these seconds. The quiet phases before and after are as long. */
  readonly seconds: number;
  /** Messages a second, in all phases. */
  readonly sends: number;
  /** Whether each user who comes also subscribes to their own events. */
  readonly follow: boolean;
  /** File for the figures. */
  readonly json?: string | undefined;
}

/** Reads the command line. Throws if it is not understood. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      users: { type: 'string', default: '10000' },
      watchers: { type: 'string', default: '50' },
      watched: { type: 'string' },
      seconds: { type: 'string', default: '60' },
      sends: { type: 'string', default: '50' },
      follow: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  const users = whole(values.users);
  // The default of MAX_WATCHED.
  const watched = values.watched === undefined ? Math.min(users, 500) : whole(values.watched);
  if (users % watched !== 0) throw new Error(`--users has to be a multiple of --watched, ${watched}`);
  const rest = { watchers: whole(values.watchers), seconds: whole(values.seconds), sends: whole(values.sends) };
  return { users, watched, ...rest, follow: values.follow, json: values.json };
}

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${text} should be a whole number from 1 on`);
  return number;
}
