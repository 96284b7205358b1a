import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type GraphQLSchema, parse, validate } from 'graphql';
import { z } from 'zod';
import { ConfigError } from '../src/config.ts';
import { readJson } from '../src/read-json.ts';
import type { Logging } from './logger.ts';

/** The documents that a node runs and no others: by the names that its files have for them, and by the SHA-256 of their texts. */
export type TrustedDocuments = ReadonlyMap<string, string>;

// What relay-compiler and GraphQL Code Generator write: texts by their hashes.
const byName = z.record(z.string(), z.string());
// What Apollo's generate-persisted-query-manifest writes.
const manifest = z
  .object({ format: z.literal('apollo-persisted-query-manifest'), operations: z.array(z.object({ id: z.string(), body: z.string() })) })
  .transform(({ operations }): Record<string, string> => Object.fromEntries(operations.map(({ id, body }) => [id, body])));

/** The SHA-256 of a document’s text, in lower-case hexadecimal. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Reads what files of JSON list; null where there are no files: any document is run. One that the schema does not take is logged, not refused: it may be for a
 * release that other nodes have already. Throws ConfigError where a file cannot be read, or lists no documents.
 */
export async function readTrustedDocuments(
  paths: readonly string[],
  schema: GraphQLSchema,
  { logger }: Pick<Logging, 'logger'>,
): Promise<TrustedDocuments | null> {
  if (paths.length === 0) return null;
  const trusted = new Map<string, string>();
  for (const path of paths) {
    for (const [name, text] of Object.entries(await documentsIn(path))) {
      const fault = faultOf(text, schema);
      if (fault !== null) logger.warn({ file: path, document: name, fault }, 'a trusted document is not one of this schema');
      trusted.set(name, text).set(hashOf(text), text);
    }
  }
  return trusted;
}

async function documentsIn(path: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ConfigError(`TRUSTED_DOCUMENTS names a file that cannot be read: ${error.message}`);
  });
  const read = manifest.or(byName).safeParse(readJson(text));
  if (!read.success || Object.keys(read.data).length === 0) {
    throw new ConfigError(
      `TRUSTED_DOCUMENTS names ${path}, which must be JSON: an object of documents by their hashes, or Apollo's manifest`,
    );
  }
  return read.data;
}

function faultOf(text: string, schema: GraphQLSchema): string | null {
  try {
    return validate(schema, parse(text))[0]?.message ?? null;
  } catch (error) {
    return (error as Error).message;
  }
}
