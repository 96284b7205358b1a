import { describe, expect, test } from 'vitest';
import { adminSchema } from '../../schema/admin/index.ts';
import { schema } from '../../schema/index.ts';
import { elementsOf, typesOf } from './elements.ts';

describe('descriptions', () => {
  test.each(
    [...typesOf(schema), ...typesOf(adminSchema)].map((type) => [type.name, type] as const),
  )('everything in %s is described in a sentence', (_name, type) => {
    const undescribed = elementsOf(type).filter(
      ({ text, description }) => !text.includes(' implements ') && !/\S.*[.!)]$/s.test(description ?? ''),
    );
    expect(undescribed).toEqual([]);
  });
});
