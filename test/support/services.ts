import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { requireProgram } from './binaries.ts';
import { untilStill } from './standstill.ts';

/** A private server on a free port of 127.0.0.1, with its files in a folder of its own. Both are gone after it is stopped. */
export interface Service extends AsyncDisposable {
  /** `mysql://root@127.0.0.1:PORT/` or `redis://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** The folder of its files. */
  readonly folder: string;
  /** Its process id. It changes with restart(). */
  readonly pid: number;
  /** Ends it for good and removes its files. Idempotent. */
  stop(): Promise<void>;
  /** Sends SIGKILL, and resolves once it is gone. Its files stay for restart(). */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same files, after killing it if it runs. Resolves once it is up. */
  restart(): Promise<void>;
  /**
   * Sends SIGSTOP: connections stay open and nothing is answered. Resolves once all its threads have stopped: until then one of them may
   * answer.
   */
  pause(): Promise<void>;
  /** Sends SIGCONT, to go on after pause(). */
  resume(): void;
}

/** How a kind of server is started. */
export interface Recipe {
  readonly name: string;
  /** Returns the service's `url`. */
  readonly url: (port: number) => string;
  /** Creates the files that the server needs before its first start. */
  readonly prepare?: (folder: string) => Promise<unknown>;
  readonly command: (folder: string, port: number) => readonly [program: string, ...args: string[]];
  /** Its output once it is up. Asking the port instead could reach another process that took it first. */
  readonly ready: string;
}

/** The options of a service. */
export interface ServiceOptions {
  /** The port to listen on. A free one by default. */
  readonly port?: number | undefined;
  /** More arguments for the server. */
  readonly args?: readonly string[] | undefined;
}

// The path of a mysqld.
const mysqld = process.env['MYSQLD'] || undefined;

/** Whether the run uses MySQL instead of MariaDB. For tests in which the two differ in names or behaviour. */
export const onMysql = mysqld !== undefined;

/** Starts a MariaDB, or the MySQL that MYSQLD names. This takes some seconds. root has no password. */
export function startMariadb(options: ServiceOptions = {}): Promise<Service> {
  const { program, args, install } = mysqld === undefined ? mariadb() : mysql(mysqld);
  return startService(options, {
    name: 'mariadb',
    url: (port) => `mysql://root@127.0.0.1:${port}/`,
    prepare: async (folder) => {
      installed ??= installOnce(install);
      await execute('cp', ['-R', join(await installed, 'data'), folder]);
    },
    command: (folder, port) => [
      program,
      ...ownFiles(folder),
      `--socket=${folder}/s.sock`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--max-connections=400',
      '--innodb-buffer-pool-size=256M',
      // Durable against a killed server, which happens in tests, but not against a lost machine, which cannot: no fsync for each commit.
      '--innodb-flush-log-at-trx-commit=2',
      ...args,
    ],
    ready: 'ready for connections',
  });
}

/** The differences between the two. */
interface Make {
  readonly program: string;
  readonly args: readonly string[];
  /** Creates the system tables. */
  readonly install: (folder: string) => Promise<unknown>;
}

// A folder with the files of a server that was never started. To make them takes a second of CPU, and to copy them a tenth.
let installed: Promise<string> | undefined;

async function installOnce(install: Make['install']): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-installed-'));
  guardFolder(folder);
  await install(folder);
  return folder;
}

const execute = promisify(execFile);

function ownFiles(folder: string): readonly string[] {
  return [
    '--no-defaults',
    `--user=${userInfo().username}`,
    `--datadir=${folder}/data`,
    // A server that starts removes the files of others from a shared folder for temporary tables.
    `--tmpdir=${folder}`,
  ];
}

function mariadb(): Make {
  return {
    program: requireProgram('mariadbd'),
    args: [],
    install: (folder) =>
      execute(requireProgram('mariadb-install-db'), [...ownFiles(folder), '--auth-root-authentication-method=normal', '--skip-test-db']),
  };
}

// By default root may only sign in by host name, and names are not resolved here.
const rootByAddress = 'CREATE USER root@127.0.0.1; GRANT ALL ON *.* TO root@127.0.0.1 WITH GRANT OPTION;\n';

function mysql(program: string): Make {
  const args = ['--mysqlx=OFF', '--skip-log-bin', '--secure-file-priv='];
  return {
    program,
    args,
    async install(folder) {
      const init = join(folder, 'init.sql');
      await writeFile(init, rootByAddress);
      await execute(program, [...ownFiles(folder), '--initialize-insecure', `--init-file=${init}`, ...args]);
    },
  };
}

/** Starts a Redis that keeps nothing on disk. */
export function startRedis(options: ServiceOptions = {}): Promise<Service> {
  return startService(options, {
    name: 'redis',
    url: (port) => `redis://127.0.0.1:${port}`,
    command: (folder, port) => [
      requireProgram('redis-server'),
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
    ],
    ready: 'Ready to accept connections',
  });
}

/** Starts a server. Resolves once it is up. */
export async function startService({ port, args = [] }: ServiceOptions, recipe: Recipe): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), `mpim-${recipe.name}-`));
  const guard = guardFolder(folder);
  let child: ChildProcess | undefined;
  let boundPort = 0;

  async function launch(wanted: number): Promise<void> {
    const [program, ...rest] = recipe.command(folder, wanted);
    await rm(outputOf(folder), { force: true });
    child = spawnNoted(folder, [program, ...rest, ...args]);
    boundPort = wanted;
    await untilReady(child, folder, recipe);
  }

  async function kill(): Promise<void> {
    if (child === undefined || hasEnded(child)) return;
    const gone = once(child, 'exit');
    child.ref();
    // With its child processes, of which nginx has some.
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await gone;
  }

  async function stop(): Promise<void> {
    await kill();
    await guard.release();
  }

  try {
    await recipe.prepare?.(folder);
    await (port === undefined ? launchAnywhere(launch) : launch(port));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: recipe.url(boundPort),
    port: boundPort,
    folder,
    get pid() {
      return child?.pid ?? 0;
    },
    stop,
    kill,
    restart: async () => {
      await kill();
      await launch(boundPort);
    },
    pause: async () => {
      if (child?.kill('SIGSTOP') === true) await untilStill(child);
    },
    resume: () => void child?.kill('SIGCONT'),
    [Symbol.asyncDispose]: stop,
  };
}

/** A free port may be taken between finding and using it. Then another one is tried. */
async function launchAnywhere(launch: (port: number) => Promise<void>): Promise<void> {
  for (let triesLeft = 3; ; triesLeft -= 1) {
    try {
      return await launch(await freePort());
    } catch (error) {
      if (triesLeft === 1) throw error;
    }
  }
}

/** Returns a port on which nobody listens at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function outputOf(folder: string): string {
  return join(folder, 'output');
}

/**
 * Starts a process in a group of its own, which a Ctrl-C in the terminal does not reach. Keeps its id in the folder while it runs, for the
 * guard. It does not keep this process alive.
 */
function spawnNoted(folder: string, command: readonly string[]): ChildProcess {
  const script = 'echo $$ > "$0/pid"; exec "$@" > "$0/output" 2>&1';
  const child = spawn('/bin/sh', ['-c', script, folder, ...command], { detached: true, stdio: 'ignore' });
  child.once('exit', () => rmSync(join(folder, 'pid'), { force: true }));
  child.unref();
  return child;
}

/**
 * Starts a process that waits until this one is gone, even by SIGKILL, because its end of the pipe closes. It then ends what runs in the
 * folder, and removes the folder. release() does the same at once.
 */
function guardFolder(folder: string): { release(): Promise<void> } {
  const script = 'cat > /dev/null; test -f "$0/pid" && kill -9 -"$(cat "$0/pid")" 2> /dev/null; until rm -rf "$0"; do sleep 0.1; done';
  const guard = spawn('/bin/sh', ['-c', script, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const gone = once(guard, 'exit');
  guard.unref();
  return {
    release: async () => {
      guard.ref();
      guard.stdin.end();
      await gone;
    },
  };
}

async function untilReady(child: ChildProcess, folder: string, { name, ready }: Recipe): Promise<void> {
  // With a cold disk and two busy cores, MariaDB has been seen to take eight seconds.
  const deadline = Date.now() + 30_000;
  for (;;) {
    const output = await readFile(outputOf(folder), 'utf8').catch(() => '');
    if (output.includes(ready)) return;
    if (hasEnded(child) || Date.now() > deadline) throw new Error(`${name} does not start: ${output.split('\n').slice(-5).join('\n')}`);
    await delay(25);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
