import { options } from './config.ts';

/** An unknown variable, and the one that is probably meant. */
export interface Misspelt {
  readonly name: string;
  readonly meant: string;
}

// Shorter names resemble variables of other programs.
const leastLength = 8;

/**
 * Finds unknown variables that differ from an unset option by one letter, or by two swapped letters. No other program is likely to use such
 * a name.
 */
export function misspelt(env: NodeJS.ProcessEnv): readonly Misspelt[] {
  const ours = new Set<string>(Object.values(options).map((option) => option.env));
  const absent = [...ours].filter((name) => name.length >= leastLength && env[name] === undefined);
  return Object.keys(env).flatMap((name) => {
    const meant = ours.has(name) ? undefined : absent.find((own) => isNear(name, own));
    return meant === undefined ? [] : [{ name, meant }];
  });
}

function isNear(one: string, other: string): boolean {
  if (one === other || Math.abs(one.length - other.length) > 1) return false;
  let from = 0;
  while (one[from] === other[from]) from += 1;
  let [oneEnd, otherEnd] = [one.length, other.length];
  while (oneEnd > from && otherEnd > from && one[oneEnd - 1] === other[otherEnd - 1]) [oneEnd, otherEnd] = [oneEnd - 1, otherEnd - 1];
  const [rest, otherRest] = [one.slice(from, oneEnd), other.slice(from, otherEnd)];
  return Math.max(rest.length, otherRest.length) === 1 || (rest.length === 2 && rest === [...otherRest].toReversed().join(''));
}
