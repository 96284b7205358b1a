import { parseArgs } from 'node:util';

/** The parts of a run that can be chosen: the write paths, end to end by transport, and the room compared with ejabberd. */
export type Choice = 'store' | 'http' | 'socket' | 'room';

const choices: readonly Choice[] = ['store', 'http', 'socket', 'room'];

/** The options of a run. Times in ms. */
export interface Options {
  readonly only: readonly Choice[];
  readonly rounds: number;
  readonly ms: number;
  readonly warmUpMs: number;
  /**
   * Write paths: the numbers of messages in flight, measured in turn; the number of conversations that take turns; the members of each who
   * send.
   */
  readonly storeInFlight: readonly number[];
  readonly storeRooms: number;
  readonly storeMembers: number;
  /**
   * End to end: the number of rooms, the numbers of members of each, measured in turn, and the messages in flight when a server is given
   * all that it takes.
   */
  readonly rooms: number;
  readonly members: readonly number[];
  readonly inFlight: number;
  readonly roomMembers: number;
  /** Size of the recipe's connection pool to MariaDB. */
  readonly connections: number;
  /** File for the figures. */
  readonly json: string;
  /** Two results to compare instead of a measurement. */
  readonly compare?: readonly [before: string, after: string] | undefined;
}

function list(text: string): readonly number[] {
  return text.split(',').map(whole);
}

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${text} should be a whole number from 1 on`);
  return number;
}

function chosen(text: string): readonly Choice[] {
  const unknown = text.split(',').find((word) => !choices.some((choice) => choice === word));
  if (unknown !== undefined) throw new Error(`--only takes some of ${choices.join(', ')}, not ${unknown}`);
  return choices.filter((choice) => text.split(',').includes(choice));
}

/** Reads the command line. Throws if it is not understood. `--quick` only checks that everything works: its figures mean nothing. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      compare: { type: 'boolean', default: false },
      only: { type: 'string', default: choices.join(',') },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      members: { type: 'string' },
      rooms: { type: 'string', default: '20' },
      'in-flight': { type: 'string', default: '64' },
      'store-in-flight': { type: 'string', default: '1,32,256' },
      'store-rooms': { type: 'string', default: '64' },
      connections: { type: 'string', default: '32' },
      json: { type: 'string' },
    },
  });
  const { quick } = values;
  const [before, after] = positionals;
  if (values.compare && (before === undefined || after === undefined)) throw new Error('--compare takes two files');
  return {
    only: chosen(values.only),
    rounds: whole(values.rounds ?? (quick ? '1' : '3')),
    ms: whole(values.seconds ?? (quick ? '1' : '10')) * 1_000,
    warmUpMs: quick ? 500 : 5_000,
    storeInFlight: list(values['store-in-flight']),
    storeRooms: whole(values['store-rooms']),
    // Four senders in each of 64 rooms: at 256 in flight each sends one message at a time, as people do.
    storeMembers: 4,
    rooms: whole(values.rooms),
    members: list(values.members ?? (quick ? '1,10' : '1,10,100')),
    inFlight: whole(values['in-flight']),
    roomMembers: quick ? 20 : 100,
    connections: whole(values.connections),
    json: values.json ?? `bench/results/send-${new Date().toISOString().replace(/[:.]/g, '-')}.json`,
    ...(values.compare && before !== undefined && after !== undefined && { compare: [before, after] as const }),
  };
}
