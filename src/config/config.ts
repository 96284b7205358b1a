import type { z } from 'zod';
import { chatOptions } from './chat.ts';
import { gatewayOptions } from './clients.ts';
import { identityFaults, identityOptions } from './identity.ts';
import { nodeOptions } from './node.ts';
import type { LiveOption } from './option.ts';
import { pushOptions } from './push.ts';
import { traceOptions } from './trace.ts';

/** All options by topic. docs/configuration.md is generated from it (npm run docs). */
export const topics = {
  Node: nodeOptions,
  Clients: gatewayOptions,
  'Identity provider': identityOptions,
  Chat: chatOptions,
  Push: pushOptions,
  Traces: traceOptions,
} as const;

/** All options. */
export const options = { ...nodeOptions, ...gatewayOptions, ...identityOptions, ...chatOptions, ...pushOptions, ...traceOptions } as const;

type Options = typeof options;

/** The validated configuration of a node. */
export type Config = { readonly [K in keyof Options]: z.output<Options[K]['type']> };

/** The options that can be changed while nodes run. */
export type SettingName = { [K in keyof Options]: Options[K] extends LiveOption<unknown> ? K : never }[keyof Options];

/** A configuration that cannot be used. The message is one line that names the variable and what its value must be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration from environment variables, or from any object of that shape. Throws ConfigError that names every malformed
 * value.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const faults: string[] = [];
  const entries = Object.entries(options).map(([name, { env: variable, default: fallback, type }]) => {
    const parsed = (type as z.ZodType<unknown, string>).safeParse(env[variable] || fallback);
    if (!parsed.success) faults.push(`${variable} ${parsed.error.issues[0]?.message ?? 'is malformed'}`);
    return [name, parsed.data];
  });
  if (env['REDIS_URL'] && !env['DATABASE_URL']) {
    faults.push('REDIS_URL needs DATABASE_URL: SQLite is a file of one node, and Redis would join several that share no log');
  }
  if (env['PUSH_PROVIDER_URL'] && !env['PUSH_PROVIDER_SECRET']) {
    faults.push('PUSH_PROVIDER_URL needs PUSH_PROVIDER_SECRET: whoever is told what people say must know that it is you who tells it');
  }
  faults.push(...identityFaults(env));
  if (faults.length > 0) throw new ConfigError(faults.join('; '));
  return Object.freeze(Object.fromEntries(entries)) as Config;
}
