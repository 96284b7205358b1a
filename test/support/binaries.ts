import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that tests and benchmarks start, with the Debian packages that contain them. */
const packages = {
  mariadbd: 'mariadb-server',
  'mariadb-install-db': 'mariadb-server',
  'redis-server': 'redis-server',
  openssl: 'openssl',
  // The engine without windows and all that a desktop's browser has besides: the pages' tests take 64 s with it, and 104 with `chromium`.
  'chromium-headless-shell': 'chromium-headless-shell',
  nginx: 'nginx-light',
  ejabberdctl: 'ejabberd erlang-p1-mysql',
  erl: 'erlang-base',
} as const;

/** A program that tests start. */
export type Program = keyof typeof packages;

/** Programs that do as well where they are installed already. */
const insteadOf: Partial<Record<Program, readonly string[]>> = { 'chromium-headless-shell': ['chromium'] };

// Servers are in sbin, which is not on everybody's PATH.
const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/opt/homebrew/bin'];

function find(program: Program): string | undefined {
  return [program, ...(insteadOf[program] ?? [])]
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Returns the path of an installed program. Throws one line that names the package if it is missing. */
export function requireProgram(program: Program): string {
  const path = find(program);
  if (path === undefined) throw new Error(`${program} is not installed: install the package ${packages[program]} and run the tests again`);
  return path;
}

/**
 * Makes sure that programs are installed. As root on Debian or Ubuntu it installs them with apt-get, which takes a minute or two. Otherwise
 * it throws one line that names the packages.
 */
export function ensurePrograms(...programs: readonly Program[]): void {
  const missing = programs.filter((program) => find(program) === undefined);
  if (missing.length === 0) return;
  const wanted = [...new Set(missing.flatMap((program) => packages[program].split(' ')))];
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Error(`the tests need ${missing.join(', ')}: install ${wanted.join(', ')} (Debian's names) and run them again`);
  }
  process.stderr.write(`installing ${wanted.join(', ')} with apt-get\n`);
  withoutServiceStarts(() => {
    apt('update');
    apt('install', '--yes', '--no-install-recommends', ...wanted);
  });
  for (const program of programs) requireProgram(program);
}

function apt(...args: readonly string[]): void {
  // Output goes to stderr: stdout belongs to the test reporter.
  execFileSync('apt-get', ['-q', ...args], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', 2, 2] });
}

/** Debian starts a server when it installs one, unless policy-rc.d forbids it. The tests start their own servers. */
function withoutServiceStarts(install: () => void): void {
  const policy = '/usr/sbin/policy-rc.d';
  const mine = !existsSync(policy);
  if (mine) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    if (mine) rmSync(policy, { force: true });
  }
}
