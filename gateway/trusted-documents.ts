import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type GraphQLSchema, parse, validate } from 'graphql';
import { z } from 'zod';
import { type Config, ConfigError } from '../src/config/index.ts';
import { readJson } from '../src/read-json.ts';
import { excessIn } from './limits.ts';
import type { Logging } from './logger.ts';

/** The only documents that a node runs, by their names in the files and by the SHA-256 of their texts. */
export type TrustedDocuments = ReadonlyMap<string, string>;

type Listed = readonly (readonly [name: string, text: string])[];

// The format of relay-compiler and GraphQL Code Generator: texts by their hashes. A custom check, because any name is valid and zod's
// record skips `__proto__`.
const byName = z.custom<Readonly<Record<string, string>>>(holdsTexts).transform((texts): Listed => Object.entries(texts));
// The format of Apollo's generate-persisted-query-manifest.
const manifest = z
  .object({ format: z.literal('apollo-persisted-query-manifest'), operations: z.array(z.object({ id: z.string(), body: z.string() })) })
  .transform(({ operations }): Listed => operations.map(({ id, body }) => [id, body]));

/** Returns the SHA-256 of a document's text, in lower-case hexadecimal. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Reads the files of trusted documents. Null if no files are configured: any document is run. A document that does not match the schema is
 * logged and kept, because it may be for a release that other nodes run already. A document beyond a limit is logged too, and refused
 * whenever a client requests it. Throws ConfigError if a file cannot be read or lists no documents, or if a name stands for two documents,
 * because it would be ambiguous.
 */
export async function readTrustedDocuments(
  config: Pick<Config, 'trustedDocuments' | 'maxDepth'>,
  schema: GraphQLSchema,
  { logger }: Pick<Logging, 'logger'>,
): Promise<TrustedDocuments | null> {
  const { trustedDocuments: paths } = config;
  if (paths.length === 0) return null;
  const trusted = new Map<string, string>();
  for (const path of paths) {
    for (const [name, text] of await documentsIn(path)) {
      const wrong = wrongWith(text, schema, config);
      if (wrong !== null) logger.warn({ file: path, document: name, fault: wrong.fault }, wrong.is);
      for (const key of [name, hashOf(text)]) {
        if ((trusted.get(key) ?? text) !== text)
          throw new ConfigError(`TRUSTED_DOCUMENTS: ${JSON.stringify(key)}, in ${path}, names two documents`);
        trusted.set(key, text);
      }
    }
  }
  return trusted;
}

async function documentsIn(path: string): Promise<Listed> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ConfigError(`TRUSTED_DOCUMENTS names a file that cannot be read: ${error.message}`);
  });
  const read = manifest.or(byName).safeParse(readJson(text));
  if (!read.success || read.data.length === 0) {
    throw new ConfigError(
      `TRUSTED_DOCUMENTS names ${path}, which must be JSON: an object of documents by their hashes, or Apollo's manifest`,
    );
  }
  return read.data;
}

/** Returns why clients would be refused a listed document, in words for operators. Null if they would not be. */
function wrongWith(text: string, schema: GraphQLSchema, config: Pick<Config, 'maxDepth'>) {
  const fault = faultOf(text, schema);
  if (fault !== null) return { fault, is: 'a trusted document is not one of this schema' };
  const excess = excessIn(text, schema, config);
  return excess === null ? null : { fault: excess, is: 'a trusted document is past a limit of this node' };
}

function faultOf(text: string, schema: GraphQLSchema): string | null {
  try {
    return validate(schema, parse(text))[0]?.message ?? null;
  } catch (error) {
    return (error as Error).message;
  }
}

function holdsTexts(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((text) => typeof text === 'string')
  );
}
