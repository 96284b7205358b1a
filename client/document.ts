import type { DocumentNode, FieldNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';
import type { Position } from './position.ts';

/** A resumable subscription, as read from its document. */
export interface Watch {
  /** The key of its events in `data`: the alias of the root field, or its name. */
  readonly responseName: string;
  /** The application's variables with the positions to continue from added. */
  variables(given: Variables, positions: readonly Position[]): Variables;
  /** The positions that concern this subscription: all, or the one of its conversation. */
  own(given: Variables, positions: readonly Position[]): readonly Position[];
  /** The positions in the application's own variables. */
  begin(given: Variables): readonly Position[];
}

/** The variables of an operation. */
export type Variables = Readonly<Record<string, unknown>>;

/** Thrown for a document that cannot be resumed. The message shows what to add to it. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
}

type Tree = { readonly [name: string]: Tree | true };

interface Root {
  readonly arguments: readonly string[];
  /** Per type: the type conditions under which a selection applies to it, and the fields that it needs. */
  readonly needs: readonly { readonly type: string; readonly on: readonly string[]; readonly fields: Tree }[];
}

const place = { streamId: true, seq: true, epoch: true } as const satisfies Tree;
const everyEvent: Root['needs'] = [
  { type: 'Event', on: ['Event'], fields: { __typename: true } },
  { type: 'LogEvent', on: ['Event', 'LogEvent'], fields: { streamId: true, seq: true } },
  { type: 'StreamReady', on: ['Event', 'StreamReady'], fields: { positions: place } },
  { type: 'ResyncRequired', on: ['Event', 'ResyncRequired'], fields: { streamId: true, lastSeq: true, resyncReason: true } },
];
const accountEvent = ['Event', 'LogEvent', 'AccountEvent'];
const roots: Readonly<Record<string, Root>> = {
  events: {
    arguments: ['after'],
    needs: [
      ...everyEvent,
      { type: 'ConversationOpened', on: [...accountEvent, 'ConversationOpened'], fields: { position: place } },
      { type: 'ConversationClosed', on: [...accountEvent, 'ConversationClosed'], fields: { conversationId: true } },
    ],
  },
  conversationEvents: { arguments: ['after', 'epoch'], needs: everyEvent },
};

/** Whether a document is one subscription to `events` or `conversationEvents`, so that a DocumentError makes sense for it. */
export function isWatch(document: DocumentNode): boolean {
  const root = rootOf(document);
  return root !== null && Object.hasOwn(roots, root.name.value);
}

/**
 * Reads the document of a subscription to `events` or `conversationEvents`. It is not changed, so that results match the generated types
 * and the application's cache. Throws DocumentError if it is another operation, or does not select what resuming needs.
 */
export function readWatch(document: DocumentNode): Watch {
  const field = rootOf(document);
  const root = field === null ? undefined : roots[field.name.value];
  if (field === null || root === undefined)
    throw new DocumentError('Only a document with one subscription, to `events` or `conversationEvents`, can be resumed.');
  const lacking = root.arguments.filter((name) => variableOf(field, name) !== name);
  if (lacking.length > 0) {
    const given = lacking.map((name) => `${name}: $${name}`).join(', ');
    throw new DocumentError(`To be resumed, \`${field.name.value}\` must be given its place by variables of these names: (${given}).`);
  }
  const missing = missingIn(document, field.selectionSet, root.needs);
  if (missing.length > 0)
    throw new DocumentError(`To be resumed, \`${field.name.value}\` must select as well, without aliases:\n  ${missing.join('\n  ')}`);
  return { responseName: field.alias?.value ?? field.name.value, ...placing(field) };
}

type Placing = Pick<Watch, 'variables' | 'own' | 'begin'>;

const everything: Placing = {
  own: (_, positions) => positions,
  variables: (given, after) => ({ ...given, after: after.map(bare) }),
  begin: ({ after }) => (Array.isArray(after) ? (after as readonly Position[]) : []),
};

/** Removes what libraries add to results, such as `__typename`, because the server refuses it in an input. */
function bare({ streamId, seq, epoch, readSeq }: Position): Position {
  return { streamId, seq, epoch, readSeq };
}

function placing(field: FieldNode): Placing {
  if (field.name.value === 'events') return everything;
  return {
    own: (given, positions) => positions.filter(({ streamId }) => streamId === conversationOf(field, given)),
    variables(given, [position]) {
      return position === undefined ? given : { ...given, after: position.seq, epoch: position.epoch ?? null };
    },
    begin(given) {
      const { after, epoch } = given;
      const streamId = conversationOf(field, given);
      if (typeof after !== 'number' || typeof streamId !== 'string') return [];
      return [{ streamId, seq: after, epoch: typeof epoch === 'string' ? epoch : null }];
    },
  };
}

function conversationOf(field: FieldNode, given: Variables): unknown {
  const value = field.arguments?.find(({ name }) => name.value === 'conversationId')?.value;
  if (value?.kind === 'Variable') return given[value.name.value];
  return value?.kind === 'StringValue' ? value.value : undefined;
}

function variableOf(field: FieldNode, argument: string): string | null {
  const value = field.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === 'Variable' ? value.name.value : null;
}

/** The only root field of the only operation of a document, or null if the document is not such a subscription. */
function rootOf(document: DocumentNode): FieldNode | null {
  const operations = document.definitions.filter((one): one is OperationDefinitionNode => one.kind === 'OperationDefinition');
  const [operation] = operations;
  if (operation === undefined || operations.length > 1 || operation.operation !== 'subscription') return null;
  const fragments = fragmentsOf(document);
  const fields = fieldsOf(operation.selectionSet, fragments);
  return fields.length === 1 ? (fields[0] ?? null) : null;
}

/** The root fields, including those in fragments. Leaves out `__typename`, which Apollo and urql add here too. */
function fieldsOf({ selections }: SelectionSetNode, fragments: Fragments): readonly FieldNode[] {
  return selections.flatMap((one): readonly FieldNode[] => {
    if (one.kind === 'Field') return one.name.value === '__typename' ? [] : [one];
    const set = one.kind === 'InlineFragment' ? one.selectionSet : fragments.get(one.name.value)?.selectionSet;
    return set === undefined ? [] : fieldsOf(set, fragments);
  });
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function fragmentsOf({ definitions }: DocumentNode): Fragments {
  return new Map(definitions.flatMap((one) => (one.kind === 'FragmentDefinition' ? [[one.name.value, one]] : [])));
}

function missingIn(document: DocumentNode, selected: SelectionSetNode | undefined, needs: Root['needs']): readonly string[] {
  const fragments = fragmentsOf(document);

  /** The fields that are always selected if the type is one of these. */
  function fieldsOn(types: readonly string[], set: SelectionSetNode | undefined): readonly FieldNode[] {
    return (set?.selections ?? []).flatMap((one): readonly FieldNode[] => {
      if (one.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) return [];
      if (one.kind === 'Field') return [one];
      const fragment = one.kind === 'InlineFragment' ? one : fragments.get(one.name.value);
      const condition = fragment?.typeCondition?.name.value;
      return condition === undefined || types.includes(condition) ? fieldsOn(types, fragment?.selectionSet) : [];
    });
  }

  function lacks(types: readonly string[], sets: readonly (SelectionSetNode | undefined)[], tree: Tree): boolean {
    const fields = sets.flatMap((set) => fieldsOn(types, set));
    return Object.entries(tree).some(([name, below]) => {
      const found = fields.filter((field) => field.name.value === name && (field.alias === undefined || field.alias.value === name));
      if (found.length === 0) return true;
      return (
        below !== true &&
        lacks(
          ['Position'],
          found.map(({ selectionSet }) => selectionSet),
          below,
        )
      );
    });
  }

  return needs.flatMap(({ type, on, fields }) => {
    if (!lacks(on, [selected], fields)) return [];
    return [type === 'Event' ? inWords(fields) : `... on ${type} { ${inWords(fields)} }`];
  });
}

function inWords(tree: Tree): string {
  return Object.entries(tree)
    .map(([name, below]) => (below === true ? name : `${name} { ${inWords(below)} }`))
    .join(' ');
}
