import type { Audit, AuditEntry, AuditFilter } from './audit.ts';

/** The formats of an exported audit: one JSON object per line, or comma-separated values after a header line. */
export const auditFormats = ['jsonl', 'csv'] as const;
export type AuditFormat = (typeof auditFormats)[number];

const names = [
  ...(['id', 'at', 'endedAt', 'actorId', 'actorName', 'origin', 'action', 'target'] as const),
  ...(['outcome', 'code', 'arguments', 'before', 'after'] as const),
] satisfies readonly (keyof AuditEntry)[];

/** Formats all entries that match a filter, oldest first. Yields some hundreds of lines at a time, each line with its line break. */
export async function* auditLines(audit: Audit, filter: AuditFilter, format: AuditFormat): AsyncGenerator<string> {
  if (format === 'csv') yield `${names.join(',')}\r\n`;
  for await (const entries of audit.all(filter)) yield entries.map(format === 'csv' ? csvLine : jsonLine).join('');
}

function jsonLine(entry: AuditEntry): string {
  const texts = names.map((name) => [name, plain(entry[name])]);
  const parsed = (['arguments', 'before', 'after'] as const).map((name) => [name, JSON.parse(entry[name] ?? 'null')]);
  return `${JSON.stringify({ ...Object.fromEntries(texts), ...Object.fromEntries(parsed) })}\n`;
}

// RFC 4180. A cell that a spreadsheet would take for a formula gets a leading apostrophe, which makes it text: some cells were written by
// strangers.
function csvLine(entry: AuditEntry): string {
  const cells = names.map((name) => {
    const text = plain(entry[name]) ?? '';
    return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  });
  return `${cells.join(',')}\r\n`;
}

function plain(value: AuditEntry[keyof AuditEntry]): string | null {
  return value === null ? null : value instanceof Date ? value.toISOString() : String(value);
}
