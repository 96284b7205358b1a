import type { z } from 'zod';
import { type Config, type LiveOption, options, type SettingName } from '../config/index.ts';

/** All settings: the options that can be changed while nodes run. */
export const settings = Object.fromEntries(Object.entries(options).filter(([, option]) => 'live' in option)) as {
  readonly [N in SettingName]: LiveOption<Config[N]>;
};

/** The names of the settings, in the order of the table. */
export const settingNames = Object.keys(settings) as readonly SettingName[];

/** Parsed values of some settings. */
export type Values = { readonly [N in SettingName]?: Config[N] };

/** The parsed value of a setting, or what is wrong with its text. */
export type Reading = { readonly value: Config[SettingName] } | { readonly fault: string };

/** Returns whether this release has a setting of this name. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

/** Parses a value in the format of the environment variable. */
export function readValue(name: SettingName, text: string): Reading {
  const type: z.ZodType<Config[SettingName], string> = settings[name].type;
  const parsed = type.safeParse(text);
  return parsed.success ? { value: parsed.data } : { fault: parsed.error.issues[0]?.message ?? 'is malformed' };
}
