import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { typesOf, wordsOf } from './words.ts';

describe('descriptions', () => {
  test.each(
    typesOf(schema).map((type) => [type.name, type] as const),
  )('everything that %s says is described in a sentence', (_name, type) => {
    const undescribed = wordsOf(type).filter(
      ({ text, description }) => !text.includes(' implements ') && !/\S.*[.!)]$/s.test(description ?? ''),
    );
    expect(undescribed).toEqual([]);
  });
});
