import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';

/** The context of a check. */
interface Check {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly faults: string[];
}

/** A part of an answer, with its path and selections. */
interface Part {
  readonly value: unknown;
  readonly path: string;
  readonly selected: readonly SelectionSetNode[];
}

/**
 * Returns how an answer's data deviates from its document, by the specification: missing or extra fields, another order, a null where none
 * is allowed, a value of another type. Every selection of the document must include `__typename`. Empty if there are no faults.
 */
export function faultsOf(schema: GraphQLSchema, document: DocumentNode, variables: Check['variables'], data: unknown): readonly string[] {
  const fragments = new Map(document.definitions.flatMap((one) => (one.kind === 'FragmentDefinition' ? [[one.name.value, one]] : [])));
  const operation = document.definitions.find((one) => one.kind === 'OperationDefinition');
  const root = operation && schema.getRootType(operation.operation);
  if (!root) return ['there is no such operation'];
  const faults: string[] = [];
  checkObject({ schema, fragments, variables, faults }, root, { value: data, path: 'data', selected: [operation.selectionSet] });
  return faults;
}

function checkObject(check: Check, of: GraphQLObjectType, { value, path, selected }: Part): void {
  const { faults } = check;
  if (typeof value !== 'object' || value === null) return void faults.push(`${path} is no ${of.name}`);
  const given = value as Readonly<Record<string, unknown>>;
  const asked = new Map<string, FieldNode[]>();
  for (const one of selected) collect(check, of, one, asked);
  const [names, expected] = [Object.keys(given).join(), [...asked.keys()].join()];
  if (names !== expected) faults.push(`${path} has the fields ${names} where these were asked for: ${expected}`);
  for (const [name, nodes] of asked) if (name in given) checkField(check, of, nodes, { value: given[name], path: `${path}.${name}` });
}

function checkField(check: Check, of: GraphQLObjectType, nodes: readonly FieldNode[], { value, path }: Pick<Part, 'value' | 'path'>): void {
  const name = nodes[0]?.name.value ?? '';
  const field = of.getFields()[name];
  const selected = nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
  if (field !== undefined) checkValue(check, field.type, { value, path, selected });
  else if (name === '__typename' && value !== of.name) check.faults.push(`${path} is not ${of.name}`);
}

function checkValue(check: Check, type: GraphQLOutputType, part: Part): void {
  const { value, path } = part;
  if (isNonNullType(type)) {
    if (value === null) check.faults.push(`${path} is null`);
    else checkValue(check, type.ofType, part);
  } else if (value === null) return;
  else if (isListType(type)) {
    if (!Array.isArray(value)) check.faults.push(`${path} is no list`);
    else for (const [at, one] of value.entries()) checkValue(check, type.ofType, { ...part, value: one, path: `${path}.${at}` });
  } else if (isLeafType(type)) {
    const fits = isEnumType(type) ? type.getValue(String(value)) !== undefined : isScalar(type.name, value);
    if (!fits) check.faults.push(`${path} is no ${type}: ${JSON.stringify(value)}`);
  } else checkComposite(check, type.name, part);
}

function checkComposite(check: Check, type: string, part: Part): void {
  const name = String((part.value as { readonly __typename?: unknown }).__typename);
  const actual = check.schema.getType(name);
  if (isObjectType(actual) && isOf(check, type, actual)) checkObject(check, actual, part);
  else check.faults.push(`${part.path} is a ${name} and no ${type}`);
}

/** Groups fields by their names in the answer, as `CollectFields` in the specification. */
function collect(check: Check, of: GraphQLObjectType, { selections }: SelectionSetNode, into: Map<string, FieldNode[]>): void {
  for (const one of selections.filter((selection) => isIncluded(check, selection.directives ?? []))) {
    if (one.kind === 'Field') {
      const name = one.alias?.value ?? one.name.value;
      into.set(name, [...(into.get(name) ?? []), one]);
      continue;
    }
    const fragment = one.kind === 'InlineFragment' ? one : check.fragments.get(one.name.value);
    if (fragment && isOf(check, fragment.typeCondition?.name.value ?? of.name, of)) collect(check, of, fragment.selectionSet, into);
  }
}

function isOf({ schema }: Check, name: string, of: GraphQLObjectType): boolean {
  const type = schema.getType(name);
  return name === of.name || (isAbstractType(type) && schema.isSubType(type, of));
}

function isIncluded({ variables }: Check, directives: NonNullable<FieldNode['directives']>): boolean {
  return directives.every(({ name, arguments: [given] = [] }) => {
    const value = given?.value;
    const holds = value?.kind === 'Variable' ? variables[value.name.value] === true : value?.kind === 'BooleanValue' && value.value;
    return name.value === 'include' ? holds : !holds;
  });
}

function isScalar(type: string, value: unknown): boolean {
  switch (type) {
    case 'Int':
      return Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** 31;
    case 'Float':
      return typeof value === 'number';
    case 'Boolean':
      return typeof value === 'boolean';
    case 'DateTime':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
    case 'JSONObject':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === 'string' && value.isWellFormed();
  }
}
