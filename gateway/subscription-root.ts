import { type ASTVisitor, type DefinitionNode, GraphQLError, type SelectionSetNode, type ValidationContext } from 'graphql';

const conditions: ReadonlySet<string> = new Set(['skip', 'include']);

/**
 * The validation rule that the root field of a subscription is unconditional (GraphQL specification, 5.2.4.1). Without a root field, the
 * executor would report a bug.
 *
 * The error is thrown from the document, before the library's own rules reach the operation: one of them throws if the condition is a
 * variable, and complains that it has no value.
 */
export function SubscriptionRootRule(context: ValidationContext): ASTVisitor {
  return {
    Document({ definitions }) {
      for (const operation of definitions)
        if (isConditionalSubscription(context, operation))
          throw new GraphQLError('The root field of a subscription must not have @skip or @include.', { nodes: operation });
    },
  };
}

function isConditionalSubscription(context: ValidationContext, node: DefinitionNode): boolean {
  return node.kind === 'OperationDefinition' && node.operation === 'subscription' && isConditional(context, node.selectionSet, new Set());
}

function isConditional(context: ValidationContext, { selections }: SelectionSetNode, seen: Set<string>): boolean {
  return selections.some((selection) => {
    if (selection.directives?.some(({ name }) => conditions.has(name.value))) return true;
    if (selection.kind === 'Field') return false;
    if (selection.kind === 'InlineFragment') return isConditional(context, selection.selectionSet, seen);
    const { value: name } = selection.name;
    if (seen.has(name)) return false;
    seen.add(name);
    const fragment = context.getFragment(name);
    return fragment ? isConditional(context, fragment.selectionSet, seen) : false;
  });
}
