import { readFileSync } from 'node:fs';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { expect, test } from 'vitest';
import { printedSchema } from '../../schema/print.ts';

test('schema.graphql is what the code says', () => {
  expect(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8')).toBe(printedSchema());
});

test('the printed schema reads back as the same schema', () => {
  expect(`${printSchema(lexicographicSortSchema(buildSchema(printedSchema())))}\n`).toBe(printedSchema());
});
