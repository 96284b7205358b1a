import { readFileSync } from 'node:fs';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { expect, test } from 'vitest';
import { adminSchema } from '../../schema/admin/index.ts';
import { printedSchema } from '../../schema/print.ts';

test('schema.graphql is up to date', () => {
  expect(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8')).toBe(printedSchema());
});

test('admin.graphql is up to date', () => {
  expect(readFileSync(new URL('../../schema/admin.graphql', import.meta.url), 'utf8')).toBe(printedSchema(adminSchema));
});

test('the printed schema parses to the same schema', () => {
  expect(`${printSchema(lexicographicSortSchema(buildSchema(printedSchema())))}\n`).toBe(printedSchema());
});
