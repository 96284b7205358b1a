import type { Db } from './db.ts';
import { raw } from './sql.ts';

/**
 * Builds the end of an INSERT: a row with the same key stays, and these columns of it become the higher or the lower of the stored and the
 * new value. `key` names the columns of the key.
 */
export function orRaise({ dialect }: Pick<Db, 'dialect'>, key: string, columns: Readonly<Record<string, 'HIGHER' | 'LOWER'>>) {
  const [start, higher, lower] =
    dialect === 'sqlite' ? [`ON CONFLICT (${key}) DO UPDATE SET`, 'MAX', 'MIN'] : ['ON DUPLICATE KEY UPDATE', 'GREATEST', 'LEAST'];
  const changes = Object.entries(columns).map(([column, which]) => {
    const given = dialect === 'sqlite' ? `excluded.${column}` : `VALUES(${column})`;
    return `${column} = ${which === 'HIGHER' ? higher : lower}(${column}, ${given})`;
  });
  return raw(`${start} ${changes.join(', ')}`);
}
