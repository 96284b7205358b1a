import { type DocumentNode, getOperationAST, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Config } from '../src/config.ts';
import { ChatError } from '../src/errors.ts';
import type { Access } from '../src/user/index.ts';

/** How fast a user may ask, on this node. */
export interface Pace {
  /** Counts what a user is about to do. Throws RATE_LIMITED, with when to go on, where they have asked for too much lately; that itself is not counted. */
  take(user: Pick<Access, 'userId' | 'bot'>, points: number): void;
}

// So much may come at once, of who has been quiet: a client that opens asks for a screen full of things, and one that was away sends what it has kept.
const burstMs = 10_000;
// Users whose pace is known, some 10 MB; who is forgotten begins anew.
const remembered = 100_000;

/** Makes the pace of config OPERATIONS_PER_SECOND, and for bots BOT_OPERATIONS_PER_SECOND. `now`: milliseconds that never go back. */
export function createPace(
  config: Pick<Config, 'operationsPerSecond' | 'botOperationsPerSecond'>,
  now: () => number = () => performance.now(),
): Pace {
  // For each user the moment at which all that they have asked for would have been due at that pace (the generic cell rate algorithm, ITU-T I.371).
  const due = new LRUCache<bigint, number>({ max: remembered });
  return {
    take({ userId, bot }, points) {
      const perSecond = bot ? config.botOperationsPerSecond : config.operationsPerSecond;
      if (perSecond === 0) return;
      const at = now();
      const from = Math.max(due.get(userId) ?? 0, at);
      const excess = from - at - burstMs;
      if (excess > 0) {
        throw new ChatError('RATE_LIMITED', 'Too many operations. Wait before you send more.', {
          retryAfterMs: Math.ceil(excess),
        });
      }
      due.set(userId, from + (points * 1_000) / perSecond);
    },
  };
}

const counted = new WeakMap<OperationDefinitionNode, number>();

/** What an operation of a valid document counts: each act of a mutation, its fragments' too; a query or a subscription is one. */
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
