import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  type parse,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Config } from '../src/config.ts';

// The largest document a careful client sends, every field of every event, has about 1,500 tokens and 800 fields.
const maxTokens = 10_000;
// Counted with fragments spread: a few lines of fragments within fragments can stand for millions of fields.
const maxFields = 4_000;
// An alias asks for the same thing twice. Pages of a client that composes fragments have tens.
const maxAliases = 200;

/** What a document costs to look at, its fragments spread. */
interface Size {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
}

const nothing: Size = { depth: 0, fields: 0, aliases: 0 };
const introspectionFields: ReadonlySet<string> = new Set(['__schema', '__type']);

/** Bounds what one document may ask for, on every transport: tokens, nesting, fields, aliases; and introspection where it is switched off. */
export function useLimits({ maxDepth, introspection }: Config): Plugin {
  const sizeRule = createSizeRule(maxDepth);
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => (parseFn as typeof parse)(source, { ...options, maxTokens }));
    },
    onValidate({ addValidationRule }) {
      addValidationRule(sizeRule);
      if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
    },
  };
}

/** The validation rule behind the limits: refuses an operation nested deeper than `maxDepth`, or past the bounds on fields and aliases. */
export function createSizeRule(maxDepth: number): ValidationRule {
  return function DocumentSizeRule(context: ValidationContext): ASTVisitor {
    const measured = new Map<FragmentDefinitionNode, Size>();
    return {
      OperationDefinition(operation) {
        const excess = excessOf(measure(context, operation.selectionSet, measured), maxDepth);
        if (excess === null) return;
        context.reportError(new GraphQLError(`This operation ${excess}: ask for less at a time.`, { nodes: operation }));
      },
    };
  };
}

function excessOf({ depth, fields, aliases }: Size, maxDepth: number): string | null {
  if (depth > maxDepth) return `nests ${depth} levels deep, and ${maxDepth} are allowed`;
  if (fields > maxFields) return `selects more than ${maxFields} fields`;
  return aliases > maxAliases ? `uses more than ${maxAliases} aliases` : null;
}

function measure(context: ValidationContext, { selections }: SelectionSetNode, measured: Map<FragmentDefinitionNode, Size>): Size {
  return selections.map((selection) => measureOne(context, selection, measured)).reduce(join, nothing);
}

function measureOne(context: ValidationContext, selection: SelectionNode, measured: Map<FragmentDefinitionNode, Size>): Size {
  if (selection.kind === 'FragmentSpread') return measureFragment(context, selection.name.value, measured);
  const below = selection.selectionSet ? measure(context, selection.selectionSet, measured) : nothing;
  if (selection.kind === 'InlineFragment') return below;
  // The standard introspection query is deeper than any client's, and graphql-js bounds it by a rule of its own.
  const depth = introspectionFields.has(selection.name.value) ? 1 : below.depth + 1;
  return { depth, fields: below.fields + 1, aliases: below.aliases + (selection.alias ? 1 : 0) };
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
  return { depth: Math.max(one.depth, other.depth), fields: one.fields + other.fields, aliases: one.aliases + other.aliases };
}
