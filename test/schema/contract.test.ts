import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { elementsOf, typesOf } from './elements.ts';

const contract = buildSchema(readFileSync(new URL('contract.graphql', import.meta.url), 'utf8'));

describe('the contract with clients', () => {
  test.each(typesOf(contract).map((type) => [type.name, type] as const))('%s is in the schema as promised', (name, promised) => {
    const type = schema.getType(name);
    const words = type ? elementsOf(type).map(({ text }) => text) : [];
    expect(words).toEqual(expect.arrayContaining(elementsOf(promised).map(({ text }) => text)));
  });

  test.each(
    typesOf(contract).map((type) => [type.name, type] as const),
  )('%s requires no arguments that the contract does not have', (name, promised) => {
    const agreed = new Set(elementsOf(promised).map(({ text }) => text));
    const type = schema.getType(name);
    const fields = new Set([...agreed].map((text) => text.split(/[(:]/)[0]));
    const demanded = type ? elementsOf(type).filter(({ text, required }) => required && fields.has(text.split('(')[0])) : [];
    expect(demanded.map(({ text }) => text).filter((text) => !agreed.has(text))).toEqual([]);
  });
});
