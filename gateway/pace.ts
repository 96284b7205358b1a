import { type DocumentNode, getOperationAST, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Config } from '../src/config/index.ts';
import { ChatError } from '../src/errors.ts';
import type { Access } from '../src/user/index.ts';

/** Limits the rate of a user's operations on this node. */
export interface Pace {
  /**
   * Counts what a user is about to do. Throws RATE_LIMITED with `retryAfterMs` if the user has exceeded the rate. A refused operation does
   * not count.
   */
  take(user: Pick<Access, 'userId' | 'bot'>, points: number): void;
  /** Counts what a user has done, which delays what they do next. */
  charge(user: Pick<Access, 'userId' | 'bot'>, points: number): void;
}

/** How many resolved fields each operation includes, and further ones count as one: they take about a millisecond, as a small one does. */
export const fieldsPerPoint = 250;

// The burst that is allowed after a pause: a client that starts requests a whole screen, and one that was offline sends what it has queued.
const burstMs = 10_000;
// How many users are remembered: some 10 MB. A user who was forgotten starts anew.
const remembered = 100_000;

/** Creates the rate limit of config OPERATIONS_PER_SECOND, and for bots BOT_OPERATIONS_PER_SECOND. `now` is a monotonic clock in ms. */
export function createPace(
  config: Pick<Config, 'operationsPerSecond' | 'botOperationsPerSecond'>,
  now: () => number = () => performance.now(),
): Pace {
  // For each user the time at which all their operations would be due at the permitted rate (generic cell rate algorithm, ITU-T I.371).
  // It takes its memory when it is made, so without limits there is none.
  let due: LRUCache<bigint, number> | undefined;

  function count({ userId, bot }: Pick<Access, 'userId' | 'bot'>, points: number, mostAheadMs: number): void {
    const perSecond = bot ? config.botOperationsPerSecond : config.operationsPerSecond;
    if (perSecond === 0) return;
    due ??= new LRUCache({ max: remembered });
    const at = now();
    const from = Math.max(due.get(userId) ?? 0, at);
    const excess = from - at - mostAheadMs;
    if (excess > 0) {
      throw new ChatError('RATE_LIMITED', 'Too many operations. Wait before you send more.', { retryAfterMs: Math.ceil(excess) });
    }
    due.set(userId, from + (points * 1_000) / perSecond);
  }

  return {
    take: (user, points) => count(user, points, burstMs),
    charge: (user, points) => count(user, points, Number.POSITIVE_INFINITY),
  };
}

const counted = new WeakMap<OperationDefinitionNode, number>();

/**
 * Returns the points of an operation of a valid document: each field of a mutation, those in fragments included. A query or subscription
 * has one.
 */
export function pointsOf(document: DocumentNode, operationName: string | null | undefined): number {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'mutation') return 1;
  const known = counted.get(operation);
  if (known !== undefined) return known;
  const points = actsIn(operation.selectionSet, document);
  counted.set(operation, points);
  return points;
}

function actsIn({ selections }: SelectionSetNode, document: DocumentNode): number {
  return selections.reduce((sum, selection) => {
    if (selection.kind === Kind.FIELD) return sum + 1;
    if (selection.kind === Kind.INLINE_FRAGMENT) return sum + actsIn(selection.selectionSet, document);
    const fragment = document.definitions.find((one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value);
    return sum + (fragment?.kind === Kind.FRAGMENT_DEFINITION ? actsIn(fragment.selectionSet, document) : 0);
  }, 0);
}
