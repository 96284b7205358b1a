import type { DocumentNode, FieldNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';
import type { Position } from './position.ts';

/** A subscription that can be resumed, as its document says. */
export interface Watch {
  /** Under which name its events stand in `data`: the root field's alias, or its name. */
  readonly responseName: string;
  /** The application's variables with those that say where to go on: after its own positions. */
  variables(given: Variables, positions: readonly Position[]): Variables;
  /** Of these positions those that it goes on from: all, or that of its one conversation. */
  own(given: Variables, positions: readonly Position[]): readonly Position[];
  /** The positions that the application's variables name. */
  begin(given: Variables): readonly Position[];
}

/** Variables of an operation. */
export type Variables = Readonly<Record<string, unknown>>;

/** A document from which one could not resume: the message shows what to add to it. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
}

type Tree = { readonly [name: string]: Tree | true };

interface Root {
  readonly arguments: readonly string[];
  /** For each type, on which types a field may be selected so that it is there for it, and what is needed of it. */
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

/** Whether a document is one subscription to `events` or `conversationEvents`: to one of these it may be told that something is missing. */
export function isWatch(document: DocumentNode): boolean {
  const root = rootOf(document);
  return root !== null && Object.hasOwn(roots, root.name.value);
}

/**
 * Reads the document of a subscription to `events` or `conversationEvents`. Nothing is added to it: what comes back is then what its types and the
 * application's cache say, and not more. Throws DocumentError where it is another, or lacks what resuming takes.
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

/** Without what libraries add to what they read, such as `__typename`, which the server refuses. */
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

/** The one field at the root of the one subscription of a document; null where it is something else. */
function rootOf(document: DocumentNode): FieldNode | null {
  const operations = document.definitions.filter((one): one is OperationDefinitionNode => one.kind === 'OperationDefinition');
  const [operation] = operations;
  if (operation === undefined || operations.length > 1 || operation.operation !== 'subscription') return null;
  const fragments = fragmentsOf(document);
  const fields = fieldsOf(operation.selectionSet, fragments);
  return fields.length === 1 ? (fields[0] ?? null) : null;
}

/** What stands at the root, also by fragments. Apollo and urql add `__typename` here too, where the server's validation takes it away again or the library does. */
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

  /** The fields that are selected for sure where the type is one of these. */
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
