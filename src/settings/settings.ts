import type { Config, SettingName } from '../config/index.ts';
import type { Page } from '../page.ts';

/** A setting and its current value. Values are texts in the format of the environment variable. */
export interface Setting {
  readonly name: SettingName;
  /** The option's description. Names units. */
  readonly doc: string;
  readonly value: string;
  /** The value in this node's configuration. It applies if `value` was never set, or was set back. */
  readonly default: string;
  /** The version that set the current value. Null if it was never changed. */
  readonly change: Pick<SettingsVersion, 'version' | 'at' | 'actorId'> | null;
}

/** The change of one setting by one version. Null stands for the configured value. */
export interface SettingChange {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** One change of the settings. */
export interface SettingsVersion {
  /** 1, 2, 3 … in the order of the commits. */
  readonly version: number;
  readonly at: Date;
  /** The user who made the change. Null for the command line. */
  readonly actorId: bigint | null;
  readonly note: string | null;
  /** The version whose values were restored. Null if it was no rollback. 0 for the state before the first version. */
  readonly rolledBackTo: number | null;
  readonly changes: readonly SettingChange[];
}

/** Options of every change. */
export interface ChangeOptions {
  /** Refuses the change with CONFLICT if the newest version is another one by then. 0 stands for no version yet. */
  readonly expectedVersion?: number | undefined;
  /** The reason for the change: a line of at most 200 characters. */
  readonly note?: string | null | undefined;
}

/** The interface of the module. Refusals are thrown as ChatError with `field` named from the options. */
export interface Settings extends AsyncDisposable {
  /** The current configuration, always the same object. Settings are read anew at each use, so do not copy or destructure it for later. */
  readonly config: Config;
  /** Reads the newest version, and applies later changes from then on. Throws ChatError UNAVAILABLE if bus or database do not answer. */
  begin(): Promise<void>;
  /** Returns all settings, as the database has them. Throws UNAVAILABLE. */
  list(): Promise<readonly Setting[]>;
  /**
   * Sets some settings, all or none. A null value sets a setting back to the configured value. Resolves to the new version, which applies
   * on this node by then, or to null if the settings had these values already. Throws INVALID_INPUT (settings.0.name, settings.0.value,
   * settings if all values together are too long, note), CONFLICT (expectedVersion), UNAVAILABLE.
   */
  set(
    actorId: bigint | null,
    options: ChangeOptions & { readonly settings: readonly { readonly name: string; readonly value: string | null }[] },
  ): Promise<SettingsVersion | null>;
  /** Restores all values of a version, as a new version. 0 restores the configured values. Throws NOT_FOUND (version), and as `set`. */
  rollBack(actorId: bigint | null, options: ChangeOptions & { readonly version: number }): Promise<SettingsVersion | null>;
  /** Returns the versions, newest first. `after`: only versions older than this one. Throws UNAVAILABLE. */
  versions(page: { readonly first: number; readonly after?: number | undefined }): Promise<Page<SettingsVersion>>;
  /**
   * Calls `listener` after each change that applies on this node, whoever made it. It must not throw. Returns a function that removes it.
   */
  onChange(listener: () => void): () => void;
}
