import { expect, test } from 'vitest';
import { excessIn } from '../../gateway/limits.ts';
import { schema } from '../../schema/index.ts';
import { readConfig } from '../../src/config/index.ts';
import { lookAround } from './look.ts';

// Both worlds would refuse it alike, and nothing would be compared.
test('the query that compares everything of a user is within the limits of operations', () => {
  expect(excessIn(lookAround.query, schema, readConfig({}))).toBeNull();
});
