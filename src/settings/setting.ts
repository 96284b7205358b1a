import type { z } from 'zod';
import { type Config, options, type SettingName } from '../config.ts';
import type { LiveOption } from '../config-option.ts';

/** Every setting: those options that may be changed while nodes run. */
export const settings = Object.fromEntries(Object.entries(options).filter(([, option]) => 'live' in option)) as {
  readonly [N in SettingName]: LiveOption<Config[N]>;
};

/** The names of the settings, as the table has them. */
export const settingNames = Object.keys(settings) as readonly SettingName[];

/** Some settings, with their values in the code's own terms. */
export type Values = { readonly [N in SettingName]?: Config[N] };

/** What a text says as the value of a setting, or what is wrong with it. */
export type Reading = { readonly value: Config[SettingName] } | { readonly fault: string };

/** True for the name of a setting of this release. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

/** Reads a value as the environment variable of that name is read. */
export function readValue(name: SettingName, text: string): Reading {
  const type: z.ZodType<Config[SettingName], string> = settings[name].type;
  const parsed = type.safeParse(text);
  return parsed.success ? { value: parsed.data } : { fault: parsed.error.issues[0]?.message ?? 'is malformed' };
}
