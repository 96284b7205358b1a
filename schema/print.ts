import { readFile, writeFile } from 'node:fs/promises';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './index.ts';

/** Prints a schema as SDL, in alphabetical order: a change of the API gives a readable diff, a change of the code's order none. */
export function printedSchema(of: GraphQLSchema = schema): string {
  return `${printSchema(lexicographicSortSchema(of))}\n`;
}

/**
 * Writes a schema into a file of this folder. With `--check` on the command line, only compares, and sets the exit code if the file is
 * stale.
 */
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
