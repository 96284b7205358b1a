import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { faultsOf } from './conform.ts';

const schema = buildSchema(`
  interface Named { name: String! }
  type Cat implements Named { name: String! lives: Int }
  type Dog implements Named { name: String! mood: Mood! friends: [Named!]! }
  enum Mood { GLAD SAD }
  type Query { pet: Named! }
`);
const document = parse(`query ($no: Boolean!) {
  pet { __typename ... on Cat { lives } ...Known ... on Dog @skip(if: $no) { mood } }
}
fragment Known on Dog { called: name friends { __typename name } }`);
const rex = { __typename: 'Dog', called: 'Rex', friends: [{ __typename: 'Cat', name: 'Tom' }], mood: 'GLAD' };

function faults(pet: unknown, variables = { no: false }): readonly string[] {
  return faultsOf(schema, document, variables, { pet });
}

test('an answer that matches the document has no faults', () => {
  expect(faults(rex)).toEqual([]);
  expect(faults({ __typename: 'Cat', lives: null })).toEqual([]);
  expect(faults({ __typename: 'Dog', called: 'Rex', friends: [] }, { no: true })).toEqual([]);
});

test.each([
  ['a field is missing', { __typename: 'Cat' }],
  ['a field is too many', { __typename: 'Cat', lives: 9, name: 'Tom' }],
  ['fields are in another order', { __typename: 'Dog', called: 'Rex', mood: 'GLAD', friends: [] }],
  ['null where there is none', { ...rex, called: null }],
  ['null in a list that has none', { ...rex, friends: [null] }],
  ['what is no list', { ...rex, friends: {} }],
  ['a word that the enum does not have', { ...rex, mood: 'ANGRY' }],
  ['a number of another kind', { __typename: 'Cat', lives: 1.5 }],
  ['half a character', { ...rex, called: '\ud800' }],
  ['another type', { __typename: 'Query' }],
  ['what is no object', 'Rex'],
])('a fault is reported: %s', (_, pet) => {
  expect(faults(pet)).not.toEqual([]);
});
