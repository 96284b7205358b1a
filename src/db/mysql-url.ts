import { readFileSync } from 'node:fs';
import type { ConnectionConfig } from 'mariadb';
import { DatabaseError } from './database-error.ts';

/** The address of a MySQL server, and the user. */
export interface MysqlAddress {
  readonly connection: ConnectionConfig;
  readonly database: string;
  /** For messages. Contains no password. */
  readonly place: string;
}

function readCertificate(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new DatabaseError(`DATABASE_URL names a certificate that cannot be read: sslcert=${file}`, { cause: error });
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw new DatabaseError('DATABASE_URL has a % that escapes nothing: in user, password and name, write % as %25', { cause: error });
  }
}

type Parameter = (value: string) => ConnectionConfig | null;

// Prisma's names if Prisma has one, so that one URL serves `prisma migrate` too.
const parameters: Readonly<Record<string, Parameter>> = {
  sslaccept: (value) => {
    if (value === 'strict') return { ssl: { rejectUnauthorized: true } };
    return value === 'accept_invalid_certs' ? { ssl: { rejectUnauthorized: false } } : null;
  },
  sslcert: (value) => ({ ssl: { ca: readCertificate(value) } }),
  socket: (value) => ({ socketPath: value }),
  allowPublicKeyRetrieval: (value) => (['true', 'false'].includes(value) ? { allowPublicKeyRetrieval: value === 'true' } : null),
};

const known = 'sslaccept=strict, sslaccept=accept_invalid_certs, sslcert=FILE, socket=FILE, allowPublicKeyRetrieval=true';

/**
 * Reads `mysql://user:password@host:port/database?parameters`. User and password may be percent-encoded. The port defaults to 3306. Throws
 * DatabaseError that says what is wrong.
 *
 * Parameters:
 * - `sslaccept=strict`: TLS, with the certificate checked.
 * - `sslaccept=accept_invalid_certs`: TLS, without that check.
 * - `sslcert=FILE`: TLS with this CA, in PEM.
 * - `socket=FILE`: a Unix socket instead of host and port.
 * - `allowPublicKeyRetrieval=true`: needed by MySQL 8's caching_sha2_password on a connection without TLS. Only for a trusted network.
 */
export function readMysqlUrl(text: string): MysqlAddress {
  if (!URL.canParse(text)) throw new DatabaseError('DATABASE_URL is not a URL. Write it like mysql://user:password@host:3306/name');
  const url = new URL(text);
  const database = decoded(url.pathname.slice(1));
  if (database === '')
    throw new DatabaseError('DATABASE_URL names no database. Put its name at the end, as in mysql://user:password@host:3306/name');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost';
  const port = Number(url.port || 3306);
  let connection: ConnectionConfig = {
    host,
    port,
    user: decoded(url.username),
    password: decoded(url.password),
    database,
  };
  for (const [name, value] of url.searchParams) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    const found = parameter?.(value);
    if (!found) throw new DatabaseError(`DATABASE_URL has a parameter that cannot be used: ${name}=${value} (known are ${known})`);
    const ssl = { ...(typeof connection.ssl === 'object' ? connection.ssl : {}), ...(typeof found.ssl === 'object' ? found.ssl : {}) };
    connection = { ...connection, ...found, ...(found.ssl ? { ssl } : {}) };
  }
  return { connection, database, place: connection.socketPath ?? `${host}:${port}` };
}
