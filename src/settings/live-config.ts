import type { Config } from '../config/index.ts';
import { settingNames, type Values } from './setting.ts';

/** Returns a configuration whose settings are read from `values` at each use, and from `config` where `values` has none. */
export function liveConfig(config: Config, values: () => Values): Config {
  const live: object = { ...config };
  for (const name of settingNames) {
    Object.defineProperty(live, name, { enumerable: true, get: () => values()[name] ?? config[name] });
  }
  return Object.freeze(live) as Config;
}
