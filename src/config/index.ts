// The configuration: every option with its variable, default, type and description, and how the variables are read. The only part of src
// that all modules may import, because each reads options.
//
// Promises:
// - An option is checked at the start. If a value is invalid, nothing starts, and one line names the variable and what it must be.
// - Every option is in the table of its topic, from which docs/configuration.md is printed.
//
// Leaves to its callers where the variables come from. What changes while nodes run is in src/settings.
export { type Config, ConfigError, options, readConfig, type SettingName, topics } from './config.ts';
export { type Misspelt, misspelt } from './misspelt.ts';
export { nodeNameOf } from './node-name.ts';
export type { LiveOption, Option } from './option.ts';
export { parseRedisUrl, parseSentinelUrl, type RedisPlace, type Watched } from './redis-url.ts';
