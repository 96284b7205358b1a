import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type Audit, type AuditFilter, type AuditFormat, auditFormats, auditLines } from '../src/audit/index.ts';
import { ChatError } from '../src/errors.ts';
import { readMoment } from '../src/moment.ts';

/** The path of the audit download on the operators' port: GET with `format`, `from`, `to`, `action` and `target`, as in the command. */
export const auditPath = '/admin/audit';

const mediaTypes: Readonly<Record<AuditFormat, string>> = { jsonl: 'application/jsonl; charset=utf-8', csv: 'text/csv; charset=utf-8' };

/**
 * Sends the entries that a request selects, as fast as the client reads them, so memory stays bounded. The caller has to check that the
 * viewer is an admin. Throws BAD_USER_INPUT that names the parameter.
 */
export async function sendAudit(audit: Audit, { method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
  if (method !== 'GET') return void response.writeHead(405, { allow: 'GET' }).end();
  const { searchParams } = new URL(url, 'http://node');
  const { format, filter } = readQuery(searchParams);
  response.writeHead(200, {
    'content-type': mediaTypes[format],
    'content-disposition': `attachment; filename="audit.${format}"`,
    'cache-control': 'no-store',
  });
  await pipeline(auditLines(audit, filter, format), response).catch((error: unknown) => {
    // The client ended the download.
    if (!response.destroyed || (error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

function readQuery(query: URLSearchParams): { readonly format: AuditFormat; readonly filter: AuditFilter } {
  const asked = query.get('format') ?? 'jsonl';
  const format = auditFormats.find((one) => one === asked);
  if (format === undefined) throw bad('format', `must be one of ${auditFormats.join(', ')}.`);
  const [action, target] = [query.get('action') ?? undefined, query.get('target') ?? undefined];
  return { format, filter: { action, target, from: moment(query, 'from'), to: moment(query, 'to') } };
}

function moment(query: URLSearchParams, name: 'from' | 'to'): Date | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const at = readMoment(text);
  if (at === null) throw bad(name, 'must be a time, such as 2027-01-31T20:00:00Z.');
  return at;
}

function bad(name: string, message: string): ChatError {
  return new ChatError('BAD_USER_INPUT', `${name} ${message}`, { field: [name] });
}
