import { readFile, writeFile } from 'node:fs/promises';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './index.ts';

/** A schema as SDL, in alphabetical order: a change of the API is a diff that reads well, a change of the code's order is none. */
export function printedSchema(of: GraphQLSchema = schema): string {
  return `${printSchema(lexicographicSortSchema(of))}\n`;
}

/** Writes a schema into a file of this folder; with `--check` on the command line it only compares, and fails the process where the file is stale. */
export async function printInto(name: string, of: GraphQLSchema): Promise<void> {
  const file = new URL(name, import.meta.url);
  const printed = printedSchema(of);
  if (!process.argv.includes('--check')) {
    await writeFile(file, printed);
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== printed) {
    process.stderr.write(`schema/${name} is stale: run \`npm run schema\` and commit it.\n`);
    process.exitCode = 1;
  }
}

if (import.meta.main) await printInto('schema.graphql', schema);
