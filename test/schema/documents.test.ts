import { readdirSync, readFileSync } from 'node:fs';
import {
  type DocumentNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  isInterfaceType,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';

const folder = new URL('../support/documents/', import.meta.url);
const documents = readdirSync(folder).filter((name) => name.endsWith('.graphql'));

function read(...names: readonly string[]): DocumentNode {
  return parse(names.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n'));
}

/** The fields that a document selects, such as `User.id`. A field of an interface counts for all types of the interface. */
function selectedFields(document: DocumentNode): ReadonlySet<string> {
  const info = new TypeInfo(schema);
  const selected = new Set<string>();
  visit(
    document,
    visitWithTypeInfo(info, {
      Field(node) {
        const parent = info.getParentType();
        if (parent === null || parent === undefined) return;
        selected.add(`${parent.name}.${node.name.value}`);
        if (isInterfaceType(parent)) for (const { name } of schema.getPossibleTypes(parent)) selected.add(`${name}.${node.name.value}`);
      },
    }),
  );
  return selected;
}

function implementations(name: string): readonly (readonly [string, GraphQLObjectType])[] {
  const type = schema.getType(name);
  return isInterfaceType(type) ? schema.getPossibleTypes(type as GraphQLInterfaceType).map((one) => [one.name, one] as const) : [];
}

test('every document of the tests is valid', () => {
  expect(validate(schema, read(...documents))).toEqual([]);
});

describe.each([
  ['Event', 'every-event.graphql'],
  ['Node', 'every-node.graphql'],
])('the document about every %s', (name, file) => {
  const document = read(file);

  test('is valid by itself', () => {
    expect(validate(schema, document)).toEqual([]);
  });

  test.each(implementations(name))('selects every field of %s', (_name, type) => {
    const selected = selectedFields(document);
    const fields = Object.keys(type.getFields()).map((field) => `${type.name}.${field}`);
    expect(fields.filter((field) => !selected.has(field))).toEqual([]);
  });
});
