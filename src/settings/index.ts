// Settings: what of the configuration operators change while nodes run. Owns SettingsVersion, the log of such changes: who, when, from what to what.
// Promises: a change that was acknowledged is stored, in force on this node, and on all others within a second; where the bus lost the news,
// with its return or the next check. Each change is a version, appended under a lock, and can be taken back; what cannot be used is refused
// and says why. `config` is always the one in force: whoever is given it reads what they heed anew at each use. Values that this release does not
// know are left alone and left out. Does not know what a setting does, nor who may change it.
export { createSettings } from './create-settings.ts';
export type * from './settings.ts';
