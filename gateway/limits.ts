import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type ParseOptions,
  parse,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
  type ValueNode,
  validate,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Config } from '../src/config/index.ts';
import { SubscriptionRootRule } from './subscription-root.ts';

// The largest document of a careful client, with every field of every event, has about 1,500 tokens and 800 fields.
const maxTokens = 10_000;
// Nested selections, with those of fragments, which do not count as depth: code that walks a document recurses into each. A client that
// composes fragments nests tens.
const maxLevels = 200;
// Counted with fragments expanded: a few lines of nested fragments can stand for millions of fields.
const maxFields = 4_000;
// An alias requests the same thing twice. Pages of a client that composes fragments have tens.
const maxAliases = 200;
// Lists without pages, ten items and more: each alias repeats them all. A page of a hundred messages that mention fifty users each is 5,000
// users, and a hundred times as many blocked a node for many seconds.
const unpaged: ReadonlySet<string> = new Set(['attachments', 'mentions', 'options', 'reactions', 'viewerInvites', 'positions']);
const unpagedAliases = 10;
// Those within introspection: an alias may repeat the fields of all types. The standard queries have none. With two hundred, an answer had
// 16 MB and took a second.
const introspectionAliases = 20;
// Each event is rendered for each such subscription. A text repeated twenty-five times is 200 kB, or 800 kB if it is not Latin.
const maxEventAliases = 25;
// The fields of a mutation are executed one after the other, and the client waits for all. A sign-in may wait a second for its turn, and
// after half a minute a proxy takes the node for dead (decision 54).
const maxActs = 25;
// Each search reads thousands of messages: 50 ms of a node's time, 150 at most. One runs at a time, and four of a user may wait
// (src/search). A page that shows users and messages needs two or three.
const maxSearches = 4;
// Each reads all threads of the viewer: of 100,000, two thirds of a second of the database's time. A page shows those with unread replies
// beside the rest.
const maxThreadLists = 4;
// The text of a document is held as long as a subscription that uses it. Comments and white space are not tokens.
const maxCharacters = 100_000;
// How many fields would be resolved if every page were full. Fifty conversations with fifty messages of 15 fields each are 40,000, or
// 85,000 with texts and attachments. Three levels of pages are a million, which would block the node for everybody else for minutes.
const maxResolved = 100_000;
// Long values count as several fields: a text has up to 8,000 characters (MAX_MESSAGE_LENGTH), ten attachments have 30,000. An alias without
// a selection counts as a text, because it may repeat one. So texts make an answer of some hundred megabytes at most. One of 480 MB blocked
// a node for many seconds, and one beyond the length of a string (512 MB) passed for a bug.
// The JSON of `data` (MAX_DATA_BYTES) takes about as long as such a text.
const long: ReadonlySet<string> = new Set(['text', 'attachments', 'data']);
const longCost = 10;
// The pages that an event would have if all were full. Each is a read of its own for each subscription (pageCost), and one user can have
// thousands of subscriptions. An event with 3,000 pages took 0.2 s. One that shows a conversation has tens.
const maxEventPages = 250;
// The fields of a page. It is read even if only its flags are selected: 4,000 pages of 50 messages blocked a node for many seconds.
const pageFields: ReadonlySet<string> = new Set(['edges', 'pageInfo', 'totalCount']);
// The API's default page size. Also assumed for a variable, whose value is not known yet.
const usualPage = 50;
// The most ids that `nodes` takes. Assumed for a variable: unlike a page, such a list is full at no cost, even with one id again and again.
const mostIds = 100;
// The lengths of lists without pages that lead to users or groups, and so to pages of other conversations. They count only if there are
// pages below them. The options of a poll and its reactions lead to users who are pages themselves.
const lists: ReadonlyMap<string, number> = new Map([
  ['mentions', 50],
  ['threadParticipants', 5],
  ['viewerInvites', 100],
  ['membershipEdges', 100],
]);
// The viewer's positions have no pages: one for each conversation. Assumed are those of all groups allowed (MAX_GROUPS_PER_USER).
const usualPositions = 1_000;
// The API's page size for `around`: a usual page on each side, and the entry itself.
const aroundPage = 101;

/** The cost of a selection, with fragments expanded. */
interface Size {
  /** Fields of the selection itself. */
  readonly width: number;
  readonly levels: number;
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
  /** Searches for messages. */
  readonly searches: number;
  readonly threadLists: number;
  readonly resolved: number;
  /** Pages, if those around them are full. */
  readonly pages: number;
  /** Whether the selection is a page. */
  readonly page: boolean;
  /** Whether there are pages at any depth. */
  readonly paged: boolean;
}

const nothing: Size = {
  ...{ width: 0, levels: 0, depth: 0, fields: 0, aliases: 0, searches: 0, threadLists: 0, resolved: 0, pages: 0 },
  ...{ page: false, paged: false },
};
const introspectionFields: ReadonlySet<string> = new Set(['__schema', '__type']);

/** Bounds what one document may request, on every transport: tokens, nesting, fields, aliases, pages. */
export function useLimits({ maxDepth }: Pick<Config, 'maxDepth'>): Plugin {
  const rules = rulesFor(maxDepth);
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => parseWithin(source, options, parseFn as typeof parse));
    },
    onValidate({ addValidationRule }) {
      for (const rule of rules) addValidationRule(rule);
    },
  };
}

/**
 * Returns the limit that would refuse a document, in the words of the refusal. Null if none would. Other faults of the document are not
 * checked.
 */
export function excessIn(text: string, schema: GraphQLSchema, { maxDepth }: Pick<Config, 'maxDepth'>): string | null {
  try {
    return validate(schema, parseWithin(text), rulesFor(maxDepth))[0]?.message ?? null;
  } catch (error) {
    if (error instanceof GraphQLError) return error.message;
    throw error;
  }
}

function parseWithin(source: Parameters<typeof parse>[0], options?: ParseOptions, parseFn = parse): DocumentNode {
  const { length } = typeof source === 'string' ? source : source.body;
  if (length > maxCharacters) throw new GraphQLError(`A document can have at most ${maxCharacters} characters.`);
  return parseFn(source, { ...options, maxTokens });
}

function rulesFor(maxDepth: number): readonly ValidationRule[] {
  return [createSizeRule(maxDepth), SubscriptionRootRule];
}

/**
 * Creates the validation rule for the limits: refuses an operation nested deeper than `maxDepth`, or beyond the limits on fields, aliases
 * and pages.
 */
export function createSizeRule(maxDepth: number): ValidationRule {
  return function DocumentSizeRule(context: ValidationContext): ASTVisitor {
    const measured = new Map<FragmentDefinitionNode, Size>();
    return {
      OperationDefinition(operation) {
        const size = measure(context, operation.selectionSet, measured);
        const excess = excessOf(size, { maxDepth, ...limitsOf(operation) });
        if (excess === null) return;
        context.reportError(new GraphQLError(`This operation ${excess}. Request less at a time.`, { nodes: operation }));
      },
    };
  };
}

interface Limits {
  readonly mostAliases: number;
  readonly mostActs: number;
  readonly mostPages: number;
}

function limitsOf({ operation }: OperationDefinitionNode): Limits {
  const follows = operation === 'subscription';
  return {
    mostAliases: follows ? maxEventAliases : maxAliases,
    mostActs: operation === 'mutation' ? maxActs : Number.POSITIVE_INFINITY,
    mostPages: follows ? maxEventPages : Number.POSITIVE_INFINITY,
  };
}

function excessOf(
  { width, levels, depth, fields, aliases, searches, threadLists, resolved, pages }: Size,
  { maxDepth, mostAliases, mostActs, mostPages }: Limits & { readonly maxDepth: number },
): string | null {
  if (depth > maxDepth) return `is nested ${depth} levels deep, and ${maxDepth} are allowed`;
  if (levels > maxLevels) return `is nested ${levels} levels deep with its fragments, and ${maxLevels} are allowed`;
  if (width > mostActs) return `has ${width} mutations, and ${mostActs} are allowed`;
  if (fields > maxFields) return `selects more than ${maxFields} fields`;
  if (aliases > mostAliases) return `uses more than ${mostAliases} aliases`;
  if (searches > maxSearches) return `has ${searches} searches for messages, and ${maxSearches} are allowed`;
  if (threadLists > maxThreadLists) return `has ${threadLists} lists of threads, and ${maxThreadLists} are allowed`;
  if (pages > mostPages) return `may read ${pages} pages with one event, and ${mostPages} are allowed`;
  return resolved > maxResolved ? 'requests too many entries by pages within pages' : null;
}

function measure(context: ValidationContext, { selections }: SelectionSetNode, measured: Map<FragmentDefinitionNode, Size>): Size {
  const size = selections.map((selection) => measureOne(context, selection, measured)).reduce(join, nothing);
  return { ...size, levels: size.levels + 1 };
}

function measureOne(context: ValidationContext, selection: SelectionNode, measured: Map<FragmentDefinitionNode, Size>): Size {
  if (selection.kind === 'FragmentSpread') return measureFragment(context, selection.name.value, measured);
  const below = selection.selectionSet ? measure(context, selection.selectionSet, measured) : nothing;
  if (selection.kind === 'InlineFragment') return below;
  // The standard introspection query is deeper than any client's. graphql-js bounds it by a rule of its own.
  const times = repeats(selection, below);
  const introspection = introspectionFields.has(selection.name.value);
  const depth = introspection ? 1 : below.depth + 1;
  return {
    width: 1,
    levels: below.levels,
    depth,
    fields: below.fields + 1,
    aliases: below.aliases * (introspection ? introspectionAliases : 1) + aliasesOf(selection),
    searches: below.searches + Number(isSearch(selection)),
    threadLists: below.threadLists + Number(selection.name.value === 'threads' && below.width > 0),
    resolved: costOf(selection) + below.resolved * times,
    pages: Number(below.page) + below.pages * times,
    page: pageFields.has(selection.name.value),
    paged: below.paged || pageFields.has(selection.name.value),
  };
}

/** Returns how many resolved fields a field counts as, apart from its selection. */
function costOf({ alias, name, selectionSet }: FieldNode): number {
  return long.has(name.value) || (alias !== undefined && selectionSet === undefined) ? longCost : 1;
}

function aliasesOf({ alias, name }: FieldNode): number {
  if (alias === undefined) return 0;
  return unpaged.has(name.value) ? unpagedAliases : 1;
}

function isSearch({ name: { value: field }, arguments: given = [] }: FieldNode): boolean {
  return field === 'messages' && given.some(({ name }) => name.value === 'search');
}

/** Returns how often a field's selection is resolved: for each entry of its page, for each of the given ids, or for each item of its list. */
function repeats({ name: field, arguments: given = [] }: FieldNode, { page, paged }: Size): number {
  if (field.value === 'positions') return usualPositions;
  const values = new Map(given.map(({ name, value }) => [name.value, value]));
  const sizes = ['first', 'last'].flatMap((name) => sizeOf(values.get(name)));
  if (sizes.length > 0) return sizes.reduce((sum, size) => sum + size, 0);
  const ids = values.get('ids') ?? values.get('userIds');
  if (ids !== undefined) return ids.kind === Kind.LIST ? ids.values.length : mostIds;
  if (!page) return paged ? (lists.get(field.value) ?? 1) : 1;
  return ['around', 'aroundId', 'aroundDate'].some((name) => sizeOf(values.get(name)).length > 0) ? aroundPage : usualPage;
}

/** Returns the number in an argument's value. None if the value is absent or null. */
function sizeOf(value: ValueNode | undefined): readonly number[] {
  if (value === undefined || value.kind === Kind.NULL) return [];
  return [value.kind === Kind.INT ? Math.max(1, Number(value.value)) : usualPage];
}

function measureFragment(context: ValidationContext, name: string, measured: Map<FragmentDefinitionNode, Size>): Size {
  const fragment = context.getFragment(name);
  if (!fragment) return nothing;
  const known = measured.get(fragment);
  if (known) return known;
  // Stands for the fragment while it is measured: a fragment that spreads itself is refused by another rule, and must not loop here.
  measured.set(fragment, nothing);
  const size = measure(context, fragment.selectionSet, measured);
  measured.set(fragment, size);
  return size;
}

function join(one: Size, other: Size): Size {
  return {
    width: one.width + other.width,
    levels: Math.max(one.levels, other.levels),
    depth: Math.max(one.depth, other.depth),
    fields: one.fields + other.fields,
    aliases: one.aliases + other.aliases,
    searches: one.searches + other.searches,
    threadLists: one.threadLists + other.threadLists,
    resolved: one.resolved + other.resolved,
    pages: one.pages + other.pages,
    page: one.page || other.page,
    paged: one.paged || other.paged,
  };
}
