import { readFile, writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './index.ts';

const file = new URL('schema.graphql', import.meta.url);

/** The schema as SDL, in alphabetical order: a change of the API is a diff that reads well, a change of the code's order is none. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

/** Writes schema/schema.graphql; with `check` it only compares. Answers whether the file is right. */
export async function printToFile({ check }: { readonly check: boolean }): Promise<boolean> {
  const printed = printedSchema();
  if (check) return (await readFile(file, 'utf8').catch(() => '')) === printed;
  await writeFile(file, printed);
  return true;
}

if (import.meta.main && !(await printToFile({ check: process.argv.includes('--check') }))) {
  process.stderr.write('schema/schema.graphql is stale: run `node schema/print.ts` and commit it.\n');
  process.exitCode = 1;
}
