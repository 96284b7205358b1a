import { ConfigError } from '../config/index.ts';
import type { ServerKey } from '../server-key.ts';

// The widths of the columns.
const widths = { id: 32, secret: 128 };

/**
 * Returns the keys to store in the new database so that sessions stay valid, the signing key first. Empty if nodes get their keys from
 * SECRET_KEYS. `configured` are the keys of SECRET_KEYS, `kept` those in the embedded node's `file`. Throws ConfigError if all users would be
 * signed out.
 */
export function keysToBring({
  configured,
  kept,
  file,
}: {
  readonly configured: readonly ServerKey[];
  readonly kept: readonly ServerKey[];
  readonly file: string;
}): readonly ServerKey[] {
  if (configured.length > 0) {
    const known = new Set(configured.map(textOf));
    const missing = kept.filter((key) => !known.has(textOf(key)));
    if (missing.length > 0)
      throw new ConfigError(
        `SECRET_KEYS lacks the key ${missing.map(({ id }) => id).join(', ')} of ${file}: everybody whom it signed in would be signed out. Add what is in the file, after a comma, behind the others; or unset SECRET_KEYS, and the key is taken along. If the nodes never signed with it, remove the file`,
      );
    return [];
  }
  if (kept.length === 0)
    throw new ConfigError(
      `SECRET_KEYS is not set and there is no ${file}: everybody would be signed out. Set SECRET_KEYS to what the embedded node signed with`,
    );
  if (kept.some(({ id, secret }) => id.length > widths.id || secret.length > widths.secret))
    throw new ConfigError(
      `the key in ${file} is too long for the database. Set SECRET_KEYS to what is in the file, here and for the nodes`,
    );
  return kept;
}

function textOf({ id, secret }: ServerKey): string {
  return `${id}:${secret}`;
}
