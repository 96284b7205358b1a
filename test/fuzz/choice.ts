import type { Chance } from './chance.ts';
import type { Operation, Writer } from './document.ts';

/** Chooses what somebody sends next. */
export interface Chooser {
  /** Something for one of the schemas; undefined: what was chosen is not sent. */
  choose(by: string, isAdmin: boolean): Operation | undefined;
}

/** What a chooser is made of. */
export interface ChooserParts {
  readonly user: Writer;
  readonly admin: Writer;
  readonly chance: Chance;
  /** What is asked more often than all else, of either kind. */
  readonly often: Readonly<Record<'query' | 'mutation', readonly string[]>>;
  /** How often, of 1. */
  readonly oftenShare: number;
  /** Root fields that are not sent, those of operators as `admin nodes`, beside those that nobody sends. */
  readonly leftOut?: ReadonlySet<string>;
}

// What takes away somebody, or all that they have: seldom, or they would do nothing else but come anew.
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

/** True for what would end the run, or hide what the node logs. */
function isOutOfBounds({ fields, query, variables }: Operation): boolean {
  return fields.includes('drainNode') || `${query}${JSON.stringify(variables)}`.includes('logLevel');
}

/** Chooses by chance. */
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
