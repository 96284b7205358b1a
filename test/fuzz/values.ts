import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import type { Chance } from './chance.ts';
import type { KnownValues, Nearness } from './known-values.ts';
import { noInts, oddFloats, oddIds, oddInts, oddMoments, oddObjects, oddTexts } from './odd.ts';
import { kindsFor, objects, plausibleInt, plausibleMoment, plausibleText } from './plausible.ts';

/** Generates values for inputs. */
export interface Values {
  /** Starts the values of another operation: picks how odd they are, and the conversation that they prefer, among what the sender knows. */
  begin(by: string): void;
  /** Returns a value for an input of this name and type. Undefined if it is left out. `careful`: a likely value most of the time. */
  valueFor(name: string, type: GraphQLInputType, careful: boolean): unknown;
}

/** The probabilities of values that no client sends on purpose. */
interface Oddness {
  /** An unlikely value of the right type. */
  readonly odd: number;
  /** A value that the schema does not allow, which fails the whole operation. */
  readonly wrong: number;
}

// Half of all operations are regular: otherwise most inputs with ten fields would be refused.
const moods: readonly Oddness[] = [
  { odd: 0, wrong: 0 },
  { odd: 0, wrong: 0 },
  { odd: 0.03, wrong: 0 },
  { odd: 0.1, wrong: 0.01 },
  { odd: 0.35, wrong: 0.02 },
];
const caring: Oddness = { odd: 0.02, wrong: 0.002 };

// More would be refused for their number alone.
const usualItems = 3;
const manyItems = 101;

/** Generates random values from what is known. `momentFor` generates times. */
export function createValues(chance: Chance, lore: KnownValues, momentFor: (chance: Chance) => string = plausibleMoment): Values {
  let mood = caring;
  let near: Nearness = {};
  let { odd, wrong } = mood;

  function someOrNone(name: string, type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return chance.odds(wrong) ? chance.one([null, undefined]) : some(name, type.ofType);
    if (chance.odds(0.5)) return undefined;
    return chance.odds(0.1) ? null : some(name, type);
  }

  function some(name: string, type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return some(name, type.ofType);
    if (isListType(type)) return listOf(name, type.ofType);
    if (isInputObjectType(type)) return objectOf(type);
    if (isEnumType(type)) return chance.odds(wrong) ? 'NO_SUCH_WORD' : chance.one(type.getValues()).name;
    return isScalarType(type) ? scalar(name, type.name) : null;
  }

  function listOf(name: string, of: GraphQLInputType): unknown {
    // GraphQL coerces a single value to a list of one.
    if (chance.odds(0.05)) return some(name, of);
    if (chance.odds(odd / 10)) return Array.from({ length: manyItems }, () => some(name, of));
    const list = Array.from({ length: chance.whole(0, usualItems) }, () => (chance.odds(wrong) ? null : some(name, of)));
    return chance.odds(odd) && list.length > 0 ? [...list, list[0]] : list;
  }

  function objectOf(type: GraphQLInputObjectType): object {
    const entries = Object.values(type.getFields())
      .map((field) => [field.name, someOrNone(field.name === 'id' ? `${type.name}.id` : field.name, field.type)] as const)
      .filter(([, value]) => value !== undefined);
    return Object.fromEntries(chance.odds(wrong / 2) ? [...entries, ['noSuchField', 1]] : entries);
  }

  function scalar(name: string, type: string): unknown {
    if (chance.odds(wrong)) return chance.one(type === 'Int' ? noInts : [7.5, ['a', 'b'], {}]);
    return chance.odds(odd) ? oddOf(type) : likelyOf(name, type);
  }

  function oddOf(type: string): unknown {
    switch (type) {
      case 'Int':
        return chance.one(oddInts);
      case 'Float':
        return chance.one(oddFloats);
      case 'Boolean':
        return chance.odds(0.5);
      case 'DateTime':
        return chance.one(oddMoments);
      case 'JSONObject':
        return chance.one(oddObjects);
      case 'ID':
        return chance.one([...oddIds, lore.anyId(chance) ?? '']);
      default:
        return chance.one(oddTexts);
    }
  }

  function likelyOf(name: string, type: string): unknown {
    switch (type) {
      case 'Int':
        return plausibleInt(name, chance);
      case 'Float':
        return chance.whole(0, 100_000);
      case 'Boolean':
        return chance.odds(0.5);
      case 'DateTime':
        return momentFor(chance);
      case 'JSONObject':
        return chance.one(objects);
      case 'ID':
        return idFor(name);
      default:
        return plausibleText(name, chance, lore);
    }
  }

  function idFor(name: string): string {
    if (/^client\w+Id$/.test(name)) return plausibleText(name, chance, lore);
    const kinds = kindsFor(name);
    return (kinds === undefined ? lore.anyId(chance) : lore.id(kinds, chance, chance.odds(0.85) ? near : {})) ?? chance.one(oddIds);
  }

  return {
    begin(by) {
      mood = chance.one(moods);
      near = { by, conversation: lore.id(['Conversation'], chance, { by }) };
    },
    valueFor(name, type, careful) {
      ({ odd, wrong } = careful ? caring : mood);
      return someOrNone(name, type);
    },
  };
}
