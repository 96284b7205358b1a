import { SqlError } from 'mariadb';
import { ChatError } from '../errors.ts';
import { DatabaseError } from './database-error.ts';
import type { MysqlAddress } from './mysql-url.ts';
import { Transient } from './transient.ts';

// Error numbers after which the same transaction may succeed later.
const contended: ReadonlySet<number> = new Set([
  1205, // lock wait timeout
  1213, // deadlock
  1020, // MariaDB: the row has changed since it was read
  3101, // MySQL: the members of a group have refused the COMMIT, because another one changed the same rows
  1412, // the table has changed since the snapshot began: another node applies a migration
  1040, // too many connections
  1203, // too many connections of this user
  1317, // the statement was interrupted
  1969, // MariaDB: statement time exceeded
  3024, // MySQL: statement time exceeded
  // The server is out of a resource until an operator provides more.
  1021, // the disk is full
  1026, // a file cannot be written
  1030, // the storage engine has failed
  1037, // out of memory
  1038, // out of sort memory
  1041, // out of memory
  1114, // the table or the disk is full
  1135, // no thread can be created
  1226, // the user has reached a resource limit
]);

// Error numbers after which it may succeed on another connection.
const lost: ReadonlySet<number> = new Set([
  1053, // the server is shutting down
  1927, // MariaDB: the connection was killed
  1290, // the server runs read-only: it was the primary and no longer is
  1836, // the same on MySQL
  1047, // Galera: the node is not ready
  1180, // the server has failed at the COMMIT
  3100, // MySQL: the server has left its group, seen at the COMMIT
  2006, // the server has gone away
  2013, // the connection was lost during the query
  4031, // MySQL: the connection was silent for too long
]);

/** Whether the error is one of the socket, such as `read ECONNRESET`, which the driver passes on to the statements under way. */
function isSocketFault(error: unknown): boolean {
  return error instanceof Error && ('syscall' in error || Reflect.get(error, 'fatal') === true);
}

// Enough to recognize the statement.
const shownOfStatement = 200;
// Literals as row-table.ts writes them. None of them may be logged.
const values = /x?'[^']*(?:'|$)|\b\d+\b/g;

/**
 * Hides the values of the statement in an error. The driver puts the whole statement into each error, three times; this leaves its
 * beginning, without values.
 */
function hideValues(error: SqlError): void {
  const { sql } = error;
  if (!sql) return;
  const shown = sql
    .slice(0, 2 * shownOfStatement)
    .replace(values, '?')
    .slice(0, shownOfStatement);
  error.message = error.message.replace(sql, () => shown);
  Object.assign(error, { sql: shown, stack: error.stack?.replace(sql, () => shown) });
}

/**
 * Translates an error of the driver: into Transient if it is a transient fault, otherwise it is returned. Hides the values of its
 * statement.
 */
export function translateMysql(error: unknown): unknown {
  if (!(error instanceof SqlError)) return isSocketFault(error) ? new Transient('lost', error) : error;
  hideValues(error);
  if (contended.has(error.errno)) return new Transient('contended', error);
  // `fatal`: the driver has given up the connection.
  if (error.fatal || lost.has(error.errno)) return new Transient('lost', error);
  return error;
}

function sayWhy(error: SqlError, { connection, database, place }: MysqlAddress): string {
  switch (error.errno) {
    case 1045:
    case 1698:
      return `MySQL at ${place} refuses the user ${JSON.stringify(connection.user ?? '')} or the password: check DATABASE_URL`;
    case 1044:
      return `MySQL at ${place} does not let the user ${JSON.stringify(connection.user ?? '')} use the database ${JSON.stringify(database)}: grant it, or check DATABASE_URL`;
    case 1049:
      return `MySQL at ${place} has no database ${JSON.stringify(database)}: create it, or check DATABASE_URL`;
    case 1142:
    case 1227:
      return `MySQL at ${place} does not let the user ${JSON.stringify(connection.user ?? '')} change the tables of ${JSON.stringify(database)}: grant it ALL on this database`;
    case 1040:
    case 1203:
      return `MySQL at ${place} has too many connections: raise max_connections, or lower DATABASE_CONNECTIONS`;
    case 45012:
      return `nothing at ${place} answers as MySQL does: check host and port in DATABASE_URL`;
    case 45044:
      return `MySQL at ${place} wants TLS for this password: add ?sslaccept=strict to DATABASE_URL, or ?allowPublicKeyRetrieval=true in a trusted network`;
    default:
      return `MySQL at ${place} cannot be used (${error.message.split('\n')[0]}): check DATABASE_URL`;
  }
}

/** Explains in one line why a node cannot start on this server. */
export function explainMysql(error: unknown, address: MysqlAddress): DatabaseError {
  if (error instanceof DatabaseError) return error;
  // Node tries every address of a host name and reports each error.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = first instanceof Error && 'code' in first ? String(first.code) : '';
  if (/^E[A-Z]+$/.test(code) && !code.startsWith('ER_')) {
    return new DatabaseError(`MySQL at ${address.place} cannot be reached (${code}): check that it runs, and DATABASE_URL`, {
      cause: error,
    });
  }
  if (first instanceof SqlError) return new DatabaseError(sayWhy(first, address), { cause: error });
  if (first instanceof ChatError) {
    return new DatabaseError(
      `MySQL at ${address.place} did not answer in time: check that it is not overloaded or locked, and DATABASE_URL`,
      {
        cause: error,
      },
    );
  }
  const why = first instanceof Error ? first.message.split('\n')[0] : String(first);
  return new DatabaseError(`the database at ${address.place} cannot be used: ${why}`, { cause: error });
}
