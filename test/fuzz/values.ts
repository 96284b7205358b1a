import {
  type GraphQLInputField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import type { Chance } from './chance.ts';
import type { Lore } from './lore.ts';
import { noInts, oddFloats, oddIds, oddInts, oddMoments, oddTexts } from './odd.ts';
import { kindsFor, plausibleInt, plausibleMoment, plausibleText } from './plausible.ts';

/** Makes values for inputs. */
export interface Values {
  /** A value for an input of this name and type; undefined: it is left out. */
  valueFor(name: string, type: GraphQLInputType): unknown;
}

/** How often, of 1, something is made that a client does not send on purpose. */
export interface Oddness {
  /** A value of the right type that is no likely one. */
  readonly odd: number;
  /** One that the schema does not allow: it costs the whole operation. */
  readonly wrong: number;
}

// More would be refused for their number alone.
const usualItems = 3;
const manyItems = 101;

/** Makes values by chance, of what is known. */
export function createValues(chance: Chance, lore: Lore, { odd, wrong }: Oddness): Values {
  function valueFor(name: string, type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return chance.odds(wrong) ? chance.one([null, undefined]) : some(name, type.ofType);
    if (chance.odds(0.35)) return undefined;
    return chance.odds(0.12) ? null : some(name, type);
  }

  function some(name: string, type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return some(name, type.ofType);
    if (isListType(type)) return listOf(name, type.ofType);
    if (isInputObjectType(type)) return objectOf(type.name, Object.values(type.getFields()));
    if (isEnumType(type)) return chance.odds(wrong) ? 'NO_SUCH_WORD' : chance.one(type.getValues()).name;
    return isScalarType(type) ? scalar(name, type.name) : null;
  }

  function listOf(name: string, of: GraphQLInputType): unknown {
    // What is no list stands for one of it.
    if (chance.odds(0.05)) return some(name, of);
    if (chance.odds(odd / 10)) return Array.from({ length: manyItems }, () => some(name, of));
    const list = Array.from({ length: chance.whole(0, usualItems) }, () => (chance.odds(wrong) ? null : some(name, of)));
    return chance.odds(odd) && list.length > 0 ? [...list, list[0]] : list;
  }

  function objectOf(of: string, fields: readonly GraphQLInputField[]): object {
    const hintOf = (name: string) => (name === 'id' ? `${of}.id` : name);
    const entries = fields
      .map(({ name, type }) => [name, valueFor(hintOf(name), type)] as const)
      .filter(([, value]) => value !== undefined);
    return Object.fromEntries(chance.odds(wrong / 2) ? [...entries, ['noSuchField', 1]] : entries);
  }

  function scalar(name: string, type: string): unknown {
    const isOdd = chance.odds(odd);
    switch (type) {
      case 'Int':
        if (chance.odds(wrong)) return chance.one(noInts);
        return isOdd ? chance.one(oddInts) : plausibleInt(name, chance);
      case 'Float':
        return isOdd ? chance.one(oddFloats) : chance.whole(0, 100_000);
      case 'Boolean':
        return chance.odds(wrong) ? 'true' : chance.odds(0.5);
      case 'DateTime':
        return isOdd ? chance.one(oddMoments) : plausibleMoment(chance);
      case 'ID':
        return isOdd ? chance.one([...oddIds, lore.anyId(chance) ?? '']) : idFor(name);
      default:
        if (chance.odds(wrong)) return chance.one([7, false, ['a', 'b'], {}]);
        return isOdd ? chance.one(oddTexts) : plausibleText(name, chance, lore);
    }
  }

  function idFor(name: string): string {
    if (/^client\w+Id$/.test(name)) return plausibleText(name, chance, lore);
    const kinds = kindsFor(name);
    return (kinds === undefined ? lore.anyId(chance) : lore.id(kinds, chance)) ?? chance.one(oddIds);
  }

  return { valueFor };
}
