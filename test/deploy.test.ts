import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { options, readConfig } from '../src/config/index.ts';

const root = join(import.meta.dirname, '..');
const usual = readConfig({});

async function shipped(path: string): Promise<string> {
  return await readFile(join(root, 'deploy', path), 'utf8');
}

/** The first group of each match. */
function all(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}

describe('the files in deploy/', () => {
  it('copy into the image what exists and is not ignored, and everything that is not ignored', async () => {
    const copied = all(await shipped('Dockerfile'), /^COPY (?!--)(.+) \S+$/gm).flatMap((sources) => sources.split(' '));
    expect(copied).toContain('gateway');
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const kept = all(await readFile(join(root, '.dockerignore'), 'utf8'), /^!(.+)$/gm);
    expect([...kept].sort()).toEqual([...new Set(copied)].sort());
  });

  it('start a node as npm does', async () => {
    const [command = ''] = all(await shipped('Dockerfile'), /^CMD \["sh", "-c", "(.+)"\]$/gm);
    expect(manifest.scripts.start.endsWith(` && ${command}`)).toBe(true);
    expect(await shipped('Dockerfile')).toContain(manifest.scripts.generate.split(' && ').at(-1));
  });

  it('give a node longer to stop than it takes', async () => {
    const [seconds] = all(await shipped('compose.yml'), /stop_grace_period: (\d+)s/g);
    expect(Number(seconds) * 1_000).toBeGreaterThan(usual.drainMs);
  });

  it('mount files that exist, name options that exist, and use exactly the variables of env.example', async () => {
    const compose = await shipped('compose.yml');
    expect(all(compose, /- \.\/(\S+?):/g).filter((path) => !existsSync(join(root, 'deploy', path)))).toEqual([]);
    const [environment = ''] = all(compose, /^x-environment:[^\n]*\n((?: {2}.*\n)+)/gm);
    const known = new Set<string>(Object.values(options).map(({ env }) => env));
    expect(all(environment, /^ {2}([A-Z_]+):/gm).filter((name) => !known.has(name))).toEqual([]);
    const named = all(await shipped('env.example'), /^([A-Z_]+)=/gm);
    expect([...new Set(all(compose, /\$\{([A-Z_]+)/g))].sort()).toEqual([...named].sort());
  });

  it('let nginx reach the gateways at their addresses, wait longer than two pings, and accept as large a body as they do', async () => {
    const gateways = all(await shipped('compose.yml'), /ipv4_address: (\S+)/g);
    expect(all(await shipped('nginx/nodes.conf'), /^server (\S+):4000 /gm)).toEqual(gateways);
    const rules = await shipped('nginx/mpim.conf');
    const [seconds] = all(rules, /proxy_read_timeout (\d+)s;/g);
    expect(Number(seconds) * 1_000).toBeGreaterThan(2 * Math.max(usual.socketPingMs, usual.streamPingMs));
    expect(all(rules, /client_max_body_size (\d+);/g)).toEqual([String(usual.maxBodyBytes)]);
  });
});
