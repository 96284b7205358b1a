import { connect } from 'node:net';
import { checkServerIdentity, type ConnectionOptions as TlsOptions } from 'node:tls';
import { type Connection, type ConnectionConfig, createConnection } from 'mariadb';
import { DatabaseError } from './database-error.ts';
import { deadlineIn, within } from './deadline.ts';

/**
 * Bounds opening a connection, in ms. A server that does not complete the handshake in 5 s is not worth starting on. Three tries fit into the
 * 15 s that a failing start may take.
 */
export const connectMs = 5_000;
// A transaction holds its locks for some ms. A statement that waits for seconds waits in a jam, and a retry does better.
const lockWaitSeconds = 3;
// A transaction is silent for some ms at most, or its node is frozen or gone. A server that is not told waits for hours, and keeps the
// locks. MariaDB tells a transaction from an idle connection. MySQL closes both, and the pool opens another connection: a node with little
// to do should not have to all the time.
const silentSeconds = { transaction: 10, connection: 60 } as const;
// Finds connections that a firewall has dropped before a statement uses them.
const keepAliveMs = 30_000;

const settings = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  // Text that does not fit is refused instead of truncated. 0 is an id (the server's stream), not a request for the next one.
  `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO', innodb_lock_wait_timeout = ${lockWaitSeconds}
    /*M! , idle_transaction_timeout = ${silentSeconds.transaction} */ /*!80000 , wait_timeout = ${silentSeconds.connection} */`,
] as const;

/** Opens a connection with the settings that all connections have. Bounded by `connectTimeout`. Throws the driver's errors. */
export async function openMysql({ socketPath, ...config }: ConnectionConfig): Promise<Connection> {
  const { host = 'localhost', port = 3306, ssl } = config;
  const socket = socketPath === undefined ? connect({ host, port }) : connect(socketPath);
  // The driver passes the socket to Node without a host. If the host is an IP address, Node would look for 'localhost' in the certificate.
  const identity: Pick<TlsOptions, 'checkServerIdentity'> = {
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
  };
  const connection = await createConnection({
    connectTimeout: connectMs,
    keepAliveDelay: keepAliveMs,
    // Set in the handshake. Otherwise the driver sets it by a statement of its own, and if the connection is lost meanwhile, it rejects a
    // promise that nobody can catch, which ends the process (seen in 3.4.5). Binary like the tables: only identical texts are equal.
    collation: 'UTF8MB4_BIN',
    // Otherwise errors contain the parameters of the statement, which include what users wrote, and errors are logged.
    logParam: false,
    // A server must not read files of this machine.
    permitLocalInfile: false,
    ...config,
    ...(typeof ssl === 'object' && { ssl: { ...ssl, ...identity } }),
    stream: () => socket,
  });
  // A fault of an idle connection shows when the connection is next used.
  connection.on('error', () => undefined);
  // The driver's own destroy() opens another connection to kill the statement, and a fault of that connection ends the process (seen in
  // 3.4.5). The server notices by itself that the client is gone. On 'end', the driver rejects the statements under way. An error event
  // would end the process: over TLS, nobody listens to the TLS socket around this one.
  connection.destroy = () => {
    if (socket.destroyed) return;
    socket.destroy();
    socket.emit('end');
  };
  connection.isValid = () => !socket.destroyed && socket.readable && socket.writable;
  try {
    // Not the driver's initSql, for the same reason as the collation.
    await within(deadlineIn(connectMs), Promise.all(settings.map((statement) => connection.query(statement))));
  } catch (error) {
    connection.destroy();
    throw error;
  }
  return connection;
}

/** Throws DatabaseError unless the server is MySQL 8.0.19 (collations, and VALUES as tables) or MariaDB 10.6, or later. */
export function checkVersion(version: string, place: string): void {
  const maria = /mariadb/i.test(version);
  const numbers = /(?:5\.5\.5-)?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
  const [major = 0, minor = 0, patch = 0] = numbers;
  const number = major * 1_000_000 + minor * 1_000 + patch;
  if (number >= (maria ? 10_006_000 : 8_000_019)) return;
  throw new DatabaseError(`the server at ${place} is ${version}: MPIM needs MySQL 8.0.19 or MariaDB 10.6, or a later one`);
}
