import { z } from 'zod';
import { codePoints, hasControls, isBlank, isStorable } from '../text.ts';

/** Returns the type of an option with fixed choices. */
export function oneOf<const T extends readonly string[]>(...texts: T) {
  return z.enum(texts, `must be one of ${texts.join(', ')}`);
}

/** The type of a boolean option. */
export const flag = oneOf('true', 'false').transform((text) => text === 'true');

/** Returns the type of a whole number within bounds. */
export function whole(min: number, max: number) {
  const fault = `must be a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d+$/, fault).transform(Number).pipe(z.number().min(min, fault).max(max, fault));
}

/** Returns the type of a line of text that users see: 1 to `max` Unicode code points, no control characters. */
export function line(max: number) {
  const isLine = (text: string) => !isBlank(text) && isStorable(text) && !hasControls(text, { lines: false }) && codePoints(text) <= max;
  return z.string().refine(isLine, { message: `must be a line of 1 to ${max} characters` });
}

/** The type of a comma-separated list of texts: white space around them does not belong to them, and empty ones are left out. */
export const list = z.string().transform((text): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** The type of a comma-separated list of handles, converted to lower case as they are stored. */
export const handles = list.transform((given, context): readonly string[] => {
  const names = given.map((name) => name.toLowerCase());
  const odd = names.find((name) => !/^[a-z0-9_.-]{3,32}$/.test(name));
  if (odd !== undefined) context.addIssue({ code: 'custom', message: `names ${odd}, which can be nobody’s handle` });
  return names;
});

/**
 * The type of a comma-separated list of host names. They are converted to the form in URLs: lower case and ASCII. A leading `*.` stands for
 * every host below that domain.
 */
export const hosts = list.transform((names, context): readonly string[] =>
  names.map((name) => {
    const [, any = '', own = ''] = /^(\*\.)?(.+)$/.exec(name) ?? [];
    const host = URL.canParse(`http://${own}`) ? new URL(`http://${own}`) : null;
    // Anything besides the host name would be ignored.
    if (host === null || host.host === '' || /^\.|\*|:\d*$/.test(own) || host.href !== `http://${host.hostname}/`) {
      context.addIssue({ code: 'custom', message: `names ${name}, which is no host's name` });
    }
    return any + (host?.hostname ?? '');
  }),
);

/**
 * The type of a comma-separated list of origins, as browsers send them: scheme, host, and the port if it is not the default. `*` is any
 * origin. `null` is the origin of pages that have none, for example files.
 */
export const origins = list.transform((named, context) => {
  if (named.length === 0) context.addIssue({ code: 'custom', message: 'names no origin: `*` is any' });
  const odd = named.find((origin) => !isOrigin(origin));
  if (odd !== undefined)
    context.addIssue({
      code: 'custom',
      message: `names ${odd}, which no browser sends: an origin is as in https://chat.example.org, without a path`,
    });
  return named;
});

function isOrigin(text: string): boolean {
  if (text === '*' || text === 'null') return true;
  // For URL, the origins of packaged apps (capacitor://localhost) are opaque.
  if (!/^https?:/i.test(text)) return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#*]*$/.test(text);
  return !text.includes('*') && URL.canParse(text) && new URL(text).origin === text;
}

/** Returns the type of a URL with one of some protocols, each given with its colon. */
export function url(...protocols: readonly string[]) {
  // A mailto: URL has no slashes.
  const starts = protocols.map((protocol) => (protocol === 'mailto:' ? protocol : `${protocol}//`));
  return z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `must be a URL that starts with ${starts.join(' or ')}`,
  });
}

/** An option of the configuration. */
export interface Option<T> {
  /** The name of the environment variable. */
  readonly env: string;
  /** The value if the variable is absent or empty, in the variable's format. */
  readonly default: string;
  readonly type: z.ZodType<T, string>;
  /** The description for docs/configuration.md. Names units. */
  readonly doc: string;
}

/** Defines an option by its variable, default, type and description. */
export function option<T>(env: string, fallback: string, type: z.ZodType<T, string>, doc: string): Option<T> {
  return { env, default: fallback, type, doc };
}

/** An option that operators can change while nodes run (src/settings). Code that uses it reads it anew at each use. */
export interface LiveOption<T> extends Option<T> {
  readonly live: true;
}

/** Defines an option that can be changed while nodes run. The configured value applies until somebody sets another. */
export function setting<T>(env: string, fallback: string, type: z.ZodType<T, string>, doc: string): LiveOption<T> {
  return { ...option(env, fallback, type, doc), live: true };
}
