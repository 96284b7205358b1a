import { z } from 'zod';
import { codePoints, hasControls, isBlank, isStorable } from './text.ts';

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

/** A line of text that people see: one to so many Unicode code points, none of them a control character. */
export function line(max: number) {
  const isLine = (text: string) => !isBlank(text) && isStorable(text) && !hasControls(text, { lines: false }) && codePoints(text) <= max;
  return z.string().refine(isLine, { message: `must be a line of 1 to ${max} characters` });
}

/** Handles, joined by commas; in lower case, as they are stored. */
export const handles = z.string().transform((text, context) => {
  const names = text
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const odd = names.find((name) => !/^[a-z0-9_.-]{3,32}$/.test(name));
  if (odd !== undefined) context.addIssue({ code: 'custom', message: `names ${odd}, which can be nobody’s handle` });
  return names as readonly string[];
});

/** Paths of files, joined by commas. */
export const paths = z.string().transform((text): readonly string[] =>
  text
    .split(',')
    .map((path) => path.trim())
    .filter((path) => path !== ''),
);

/** Names of hosts, joined by commas, as URLs have them: in lower case and ASCII. `*.` before one stands for any that ends in it. */
export const hosts = z.string().transform((text, context) => {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.map((name): string => {
    const [, any = '', own = ''] = /^(\*\.)?(.+)$/.exec(name) ?? [];
    const host = URL.canParse(`http://${own}`) ? new URL(`http://${own}`) : null;
    // Anything beside the name would not be heeded.
    if (host === null || host.host === '' || /^\.|\*|:\d*$/.test(own) || host.href !== `http://${host.hostname}/`) {
      context.addIssue({ code: 'custom', message: `names ${name}, which is no host's name` });
    }
    return any + (host?.hostname ?? '');
  }) as readonly string[];
});

/** Origins, joined by commas, as browsers send them: scheme, host, and the port where it is not the scheme's own. `*` is any; `null` is what pages have that have none, such as files. */
export const origins = z.string().transform((text, context) => {
  const named = text
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
  if (named.length === 0) context.addIssue({ code: 'custom', message: 'names no origin: `*` is any' });
  const odd = named.find((origin) => !isOrigin(origin));
  if (odd !== undefined)
    context.addIssue({
      code: 'custom',
      message: `names ${odd}, which no browser sends: an origin is as in https://chat.example.org, without a path`,
    });
  return named as readonly string[];
});

function isOrigin(text: string): boolean {
  if (text === '*' || text === 'null') return true;
  // What apps are served by (capacitor://localhost) has no origin for URL.
  if (!/^https?:/i.test(text)) return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#*]*$/.test(text);
  return !text.includes('*') && URL.canParse(text) && new URL(text).origin === text;
}

/** A URL of one of some protocols, which are named with their colon. */
export function url(...protocols: readonly string[]) {
  // An address of mail has no slashes.
  const starts = protocols.map((protocol) => (protocol === 'mailto:' ? protocol : `${protocol}//`));
  return z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `must be a URL that starts with ${starts.join(' or ')}`,
  });
}

/** Something that can be configured. */
export interface Option<T> {
  /** Name of the environment variable. */
  readonly env: string;
  /** What it is when the variable is absent or empty, in the variable's own words. */
  readonly default: string;
  readonly type: z.ZodType<T, string>;
  /** One sentence for docs/configuration.md; it names units. */
  readonly doc: string;
}

/** An option by its variable, default, type and sentence. */
export function option<T>(env: string, fallback: string, type: z.ZodType<T, string>, doc: string): Option<T> {
  return { env, default: fallback, type, doc };
}

/** An option that operators may also change while nodes run (src/settings): whoever heeds it reads it anew at each use. */
export interface LiveOption<T> extends Option<T> {
  readonly live: true;
}

/** The same as `option`, of what may be changed while nodes run. What is configured counts until somebody sets it. */
export function setting<T>(env: string, fallback: string, type: z.ZodType<T, string>, doc: string): LiveOption<T> {
  return { ...option(env, fallback, type, doc), live: true };
}
