import type { Config, SettingName } from '../config.ts';
import type { Page } from '../page.ts';

/** A setting as it stands. Values are texts, in the words of the environment variable of that name. */
export interface Setting {
  readonly name: SettingName;
  /** One sentence; it names units. */
  readonly doc: string;
  readonly value: string;
  /** What this node is configured with: in force where `value` was never set, or set back. */
  readonly default: string;
  /** The version that gave it its value; null: it was never changed. */
  readonly change: Pick<SettingsVersion, 'version' | 'at' | 'actorId'> | null;
}

/** What one version made of one setting; null: as configured. */
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
  /** The user who did it; null: the command line. */
  readonly actorId: bigint | null;
  readonly note: string | null;
  /** The version whose values it put back; null: it set some. 0: as all was before the first. */
  readonly rolledBackTo: number | null;
  readonly changes: readonly SettingChange[];
}

/** What every change of the settings may say. */
export interface ChangeOptions {
  /** Refuses with CONFLICT where another version is the newest by then; 0: nothing was ever changed. */
  readonly expectedVersion?: number | undefined;
  /** Why: a line of at most 200 characters. */
  readonly note?: string | null | undefined;
}

/** The settings module's face. Refusals are thrown as ChatError with `field` named from the options. */
export interface Settings extends AsyncDisposable {
  /** The configuration in force, one object for good: what may be changed of it is read anew at each use, so neither copy it nor take it apart for later. */
  readonly config: Config;
  /** Hears of changes from here on, having read the newest. Throws ChatError UNAVAILABLE where bus or database do not answer. */
  begin(): Promise<void>;
  /** All there are, as the database has them. Throws UNAVAILABLE. */
  list(): Promise<readonly Setting[]>;
  /**
   * Sets some, all or none; a value of null sets one back to what is configured. Answers the version that it made, which is in force here by then; null:
   * they stood so already. Throws INVALID_INPUT (settings.0.name, settings.0.value, note), CONFLICT (expectedVersion), UNAVAILABLE.
   */
  set(
    actorId: bigint | null,
    options: ChangeOptions & { readonly settings: readonly { readonly name: string; readonly value: string | null }[] },
  ): Promise<SettingsVersion | null>;
  /** Puts all values back as a version had them, as a version of its own; 0: as configured. Throws NOT_FOUND (version), and as `set` does. */
  rollBack(actorId: bigint | null, options: ChangeOptions & { readonly version: number }): Promise<SettingsVersion | null>;
  /** The newest first; `after`: older than that version. Throws UNAVAILABLE. */
  versions(page: { readonly first: number; readonly after?: number | undefined }): Promise<Page<SettingsVersion>>;
  /** Called after each change that is in force here, whoever made it. Must not throw. Returns the way to stop listening. */
  onChange(listener: () => void): () => void;
}
