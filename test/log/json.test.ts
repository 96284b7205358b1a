import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toJson } from '../../src/log/json.ts';

describe('JSON of the log', () => {
  test('is what JSON.stringify makes of it, with ids as decimal text', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.double(),
          fc.boolean(),
          fc.bigInt(),
          fc.date({ noInvalidDate: true }),
          fc.constantFrom(null, undefined),
        ),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[A-Za-z_][0-9A-Za-z_]*$/), tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(value, (any) => {
        const wanted = JSON.stringify(any, (_, member: unknown) => (typeof member === 'bigint' ? member.toString() : member));
        expect(toJson(any)).toBe(wanted ?? 'null');
      }),
    );
  });
});
