// Settings: the part of the configuration that operators can change while nodes run.
//
// Owns SettingsVersion, the log of these changes: who, when, the values before and after.
//
// Promises:
// - An acknowledged change is stored and applies on this node, and on all others within a second. If the bus lost the message, it applies
//   when the bus is back or at the next check.
// - Each change is a version, appended under a lock, and can be rolled back. A value that cannot be used is refused with the reason.
// - `config` always has the current values, so its users read a setting anew at each use.
// - Values that this release does not know are ignored, and kept.
//
// Does not know what a setting does or who may change it.
export { createSettings } from './create-settings.ts';
export type * from './settings.ts';
