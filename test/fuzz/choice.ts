import type { Chance } from './chance.ts';
import type { Operation, Writer } from './document.ts';

/** Chooses the next operation. */
export interface Chooser {
  /** Returns an operation for one of the schemas. Undefined if the chosen one is not to be sent. */
  choose(by: string, isAdmin: boolean): Operation | undefined;
}

/** The parts of a chooser. */
export interface ChooserParts {
  readonly user: Writer;
  readonly admin: Writer;
  readonly chance: Chance;
  /** The root fields that are more frequent than all others, by kind. */
  readonly often: Readonly<Record<'query' | 'mutation', readonly string[]>>;
  /** The probability of choosing one of them. */
  readonly oftenShare: number;
  /** Root fields to leave out, those of operators as in `admin nodes`, besides those that are never sent. */
  readonly leftOut?: ReadonlySet<string>;
}

// Operations that remove a user, or all that they have. Rare, because otherwise users would do little else but sign up again.
const ends: ReadonlySet<string> = new Set([
  'deleteAccount',
  'deleteUser',
  'resetPassword',
  'suspendUser',
  'signOut',
  'signOutOthers',
  'changePassword',
  'revokeAdmin',
  'disconnectUser',
  'dissolveGroup',
  'removeFromGroup',
]);
const endsShare = 0.3;

/** Whether an operation would end the run, or hide the node's log. */
function isOutOfBounds({ fields, query, variables }: Operation): boolean {
  return fields.includes('drainNode') || `${query}${JSON.stringify(variables)}`.includes('logLevel');
}

/** Creates a random chooser. */
export function createChooser({ user, admin, chance, often, oftenShare, leftOut = new Set() }: ChooserParts): Chooser {
  return {
    choose(by, isAdmin) {
      const kind = chance.odds(0.4) ? 'query' : 'mutation';
      const named = often[kind].length > 0 && !isAdmin && chance.odds(oftenShare) ? chance.one(often[kind]) : undefined;
      const operation = (isAdmin ? admin : user).write(kind, by, named);
      if (isOutOfBounds(operation) || operation.fields.some((field) => leftOut.has(isAdmin ? `admin ${field}` : field))) return undefined;
      return operation.fields.some((field) => ends.has(field)) && !chance.odds(endsShare) ? undefined : operation;
    },
  };
}
