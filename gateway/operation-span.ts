import { type DocumentNode, type ExecutionArgs, getOperationAST, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { Span, Tracer } from '../src/tracer.ts';
import type { Call } from './call.ts';
import type { PublicCode } from './errors.ts';

// Clients choose the names, for their own developers. This is long enough to recognise one.
const maxName = 100;

/**
 * Starts the span of an operation that is about to be executed, if it is to be recorded. Its name is the kind and the first field:
 * `mutation sendMessage`.
 */
export function operationSpan(tracer: Tracer, { contextValue, document, operationName }: ExecutionArgs): Span | undefined {
  const span = tracer.enter('operation', { kind: 'server', from: (contextValue as Call).traceparent });
  if (span !== undefined) describe(span, document, getOperationAST(document, operationName));
  return span;
}

// Outcomes that are the server's fault. A client's mistake is no error of the server (OpenTelemetry, on the status of spans).
const faults: ReadonlySet<string> = new Set<PublicCode>(['INTERNAL', 'UNAVAILABLE']);

/** Ends the span of an operation with the outcome that is counted for it. */
export function endAs(span: Span, outcome: string): void {
  if (faults.has(outcome)) span.fail(outcome);
  else span.note({ 'mpim.outcome': outcome });
  span.end();
}

function describe(span: Span, document: DocumentNode, operation: OperationDefinitionNode | null | undefined): void {
  if (!operation) return;
  const { operation: type, name, selectionSet } = operation;
  const field = firstField(document, selectionSet);
  span.rename(field === undefined ? type : `${type} ${field}`);
  span.note({ 'graphql.operation.type': type, ...(name && { 'graphql.operation.name': name.value.slice(0, maxName) }) });
}

/**
 * Returns the name of the first field, as in the schema, because aliases are the client's choice. The document is valid, so its fragments
 * exist and have no cycles.
 */
function firstField(document: DocumentNode, { selections: [first] }: SelectionSetNode): string | undefined {
  if (first === undefined || first.kind === 'Field') return first?.name.value;
  if (first.kind === 'InlineFragment') return firstField(document, first.selectionSet);
  const fragment = document.definitions.find(
    (definition) => definition.kind === 'FragmentDefinition' && definition.name.value === first.name.value,
  );
  return fragment?.kind === 'FragmentDefinition' ? firstField(document, fragment.selectionSet) : undefined;
}
