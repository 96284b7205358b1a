import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
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
import type { Config } from '../src/config.ts';
import { SubscriptionRootRule } from './subscription-root.ts';

// The largest document a careful client sends, every field of every event, has about 1,500 tokens and 800 fields.
const maxTokens = 10_000;
// Selections within selections, those of fragments too, which cost no depth: whoever goes through a document calls itself for each. A client that composes
// fragments nests tens.
const maxLevels = 200;
// Counted with fragments spread: a few lines of fragments within fragments can stand for millions of fields.
const maxFields = 4_000;
// An alias asks for the same thing twice. Pages of a client that composes fragments have tens.
const maxAliases = 200;
// A list that is no page: under another name all that a message has attached, ten of them as a rule (MAX_ATTACHMENTS), is there once more.
const attachmentAliases = 10;
// Each event is made for each such subscription: what has one text twenty-five times over is 200 kB, or 800 kB where it is not Latin.
const maxEventAliases = 25;
// Acts of a mutation are done one after the other, and who asked waits for all: a sign-in may wait a second for its turn, and what takes longer than half a minute a proxy takes for a dead node's (docs/decisions/0054).
const maxActs = 25;
// Each looks through thousands of messages, some 50 ms of a node's time and 150 at most; one is under way at a time, and four of a user may wait (src/search): a page that shows people and what they said needs two or three.
const maxSearches = 4;
// Each comes to all threads of the viewer: of 100,000, two thirds of a second of the database's time. A page shows those in which something waits beside the rest.
const maxThreadLists = 4;
// Of a document, which is kept as long as a subscription by it. Comments and white space cost no tokens.
const maxCharacters = 100_000;
// Fields that would be resolved if every page were full. Fifty conversations with fifty messages each, 15 fields a message, are 40,000; pages in
// pages in pages are a million, which would keep the node from everybody else for minutes.
const maxResolved = 100_000;
// The contract's page where none is asked for. A variable is taken for it as well: what it holds is not known yet.
const usualPage = 50;
// The contract's page for `around` alone: that many on each side, and the entry itself.
const aroundPage = 101;

/** What a document costs to look at, its fragments spread. */
interface Size {
  /** Fields side by side. */
  readonly width: number;
  readonly levels: number;
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
  /** Searches for messages. */
  readonly searches: number;
  readonly threadLists: number;
  readonly resolved: number;
  /** Whether the selection itself is a page: it holds `edges`. */
  readonly page: boolean;
}

const nothing: Size = { width: 0, levels: 0, depth: 0, fields: 0, aliases: 0, searches: 0, threadLists: 0, resolved: 0, page: false };
const introspectionFields: ReadonlySet<string> = new Set(['__schema', '__type']);

/** Bounds what one document may ask for, on every transport: tokens, nesting, fields, aliases, pages. */
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

/** By which limit a document would be refused, in the words of the refusal; null: by none. What else may be wrong with it is not looked for. */
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

/** The validation rule behind the limits: refuses an operation nested deeper than `maxDepth`, or past the bounds on fields, aliases and pages. */
export function createSizeRule(maxDepth: number): ValidationRule {
  return function DocumentSizeRule(context: ValidationContext): ASTVisitor {
    const measured = new Map<FragmentDefinitionNode, Size>();
    return {
      OperationDefinition(operation) {
        const excess = excessOf(measure(context, operation.selectionSet, measured), {
          maxDepth,
          mostAliases: operation.operation === 'subscription' ? maxEventAliases : maxAliases,
          mostActs: operation.operation === 'mutation' ? maxActs : Number.POSITIVE_INFINITY,
        });
        if (excess === null) return;
        context.reportError(new GraphQLError(`This operation ${excess}. Request less at a time.`, { nodes: operation }));
      },
    };
  };
}

function excessOf(
  { width, levels, depth, fields, aliases, searches, threadLists, resolved }: Size,
  { maxDepth, mostAliases, mostActs }: { readonly maxDepth: number; readonly mostAliases: number; readonly mostActs: number },
): string | null {
  if (depth > maxDepth) return `is nested ${depth} levels deep, and ${maxDepth} are allowed`;
  if (levels > maxLevels) return `is nested ${levels} levels deep with its fragments, and ${maxLevels} are allowed`;
  if (width > mostActs) return `has ${width} mutations, and ${mostActs} are allowed`;
  if (fields > maxFields) return `selects more than ${maxFields} fields`;
  if (aliases > mostAliases) return `uses more than ${mostAliases} aliases`;
  if (searches > maxSearches) return `has ${searches} searches for messages, and ${maxSearches} are allowed`;
  if (threadLists > maxThreadLists) return `has ${threadLists} lists of threads, and ${maxThreadLists} are allowed`;
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
  // The standard introspection query is deeper than any client's, and graphql-js bounds it by a rule of its own.
  const depth = introspectionFields.has(selection.name.value) ? 1 : below.depth + 1;
  return {
    width: 1,
    levels: below.levels,
    depth,
    fields: below.fields + 1,
    aliases: below.aliases + aliasesOf(selection),
    searches: below.searches + Number(isSearch(selection)),
    threadLists: below.threadLists + Number(selection.name.value === 'threads' && below.width > 0),
    resolved: 1 + below.resolved * repeats(selection, below),
    page: selection.name.value === 'edges',
  };
}

function aliasesOf({ alias, name }: FieldNode): number {
  if (alias === undefined) return 0;
  return name.value === 'attachments' ? attachmentAliases : 1;
}

function isSearch({ name: { value: field }, arguments: given = [] }: FieldNode): boolean {
  return field === 'messages' && given.some(({ name }) => name.value === 'search');
}

/** How often what a field selects is resolved: for each entry of its page, or for each of the `ids` it is given. */
function repeats({ arguments: given = [] }: FieldNode, { page }: Size): number {
  const values = new Map(given.map(({ name, value }) => [name.value, value]));
  const sizes = ['first', 'last'].flatMap((name) => sizeOf(values.get(name)));
  if (sizes.length > 0) return sizes.reduce((sum, size) => sum + size, 0);
  const ids = values.get('ids');
  if (ids !== undefined) return ids.kind === Kind.LIST ? ids.values.length : usualPage;
  if (!page) return 1;
  return ['around', 'aroundId', 'aroundDate'].some((name) => sizeOf(values.get(name)).length > 0) ? aroundPage : usualPage;
}

/** The number that a value stands for; none where it is absent or null. */
function sizeOf(value: ValueNode | undefined): readonly number[] {
  if (value === undefined || value.kind === Kind.NULL) return [];
  return [value.kind === Kind.INT ? Math.max(1, Number(value.value)) : usualPage];
}

function measureFragment(context: ValidationContext, name: string, measured: Map<FragmentDefinitionNode, Size>): Size {
  const fragment = context.getFragment(name);
  if (!fragment) return nothing;
  const known = measured.get(fragment);
  if (known) return known;
  // Stands for the fragment while it is being measured: one that spreads itself is refused by another rule, and must not hang this one.
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
    page: one.page || other.page,
  };
}
