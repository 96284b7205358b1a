import { z } from 'zod';

/** One of some words. */
export function oneOf<const T extends readonly string[]>(...texts: T) {
  return z.enum(texts, `must be one of ${texts.join(', ')}`);
}

/** True or false. */
export const flag = oneOf('true', 'false').transform((text) => text === 'true');

/** A whole number within bounds. */
export function whole(min: number, max: number) {
  const fault = `must be a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d+$/, fault).transform(Number).pipe(z.number().min(min, fault).max(max, fault));
}

/** A URL of one of some protocols, which are named with their colon. */
export function url(...protocols: readonly string[]) {
  return z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });
}

/** Something that can be configured. */
export interface Option<T> {
  /** Name of the environment variable. */
  readonly env: string;
  /** What it is when the variable is absent or empty, in the variable's own words. */
  readonly default: string;
  readonly type: z.ZodType<T, string>;
  /** One sentence for the README's table; it names units. */
  readonly doc: string;
}

/** An option by its variable, default, type and sentence. */
export function option<T>(env: string, fallback: string, type: z.ZodType<T, string>, doc: string): Option<T> {
  return { env, default: fallback, type, doc };
}
