import { parseArgs } from 'node:util';

/** What a run does. */
export interface Options {
  /** Who come online. */
  readonly users: number;
  /** By how many each of them is watched. */
  readonly watchers: number;
  /** How many each watcher watches. */
  readonly watched: number;
  /** They come evenly within these seconds; the quiet before and after is as long. */
  readonly seconds: number;
  /** Messages a second, meanwhile and in the quiet. */
  readonly sends: number;
  /** Who comes also subscribes to all that happens to them. */
  readonly follow: boolean;
  /** Where the figures go. */
  readonly json?: string | undefined;
}

/** Reads the command line. Throws where it is not understood. */
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
  // MAX_WATCHED, by default.
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
