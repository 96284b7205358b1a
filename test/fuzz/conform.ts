import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
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

type Variables = Readonly<Record<string, unknown>>;

/**
 * How an answer's data is not what a document asked for, by the specification: a field too many or too few, null where there is none, a value of another type. Every selection asks for
 * `__typename`. Empty: all is well.
 */
export function faultsOf(schema: GraphQLSchema, document: DocumentNode, variables: Variables, data: unknown): readonly string[] {
  const faults: string[] = [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) if (one.kind === 'FragmentDefinition') fragments.set(one.name.value, one);
  const [operation] = document.definitions.flatMap((one) => (one.kind === 'OperationDefinition' ? [one] : []));
  const root = operation && schema.getRootType(operation.operation);
  if (operation === undefined || !root) return ['no operation'];
  if (data !== null && data !== undefined) checkObject(root.name, [operation.selectionSet], data, '');
  return faults;

  function checkObject(type: string, selections: readonly SelectionSetNode[], value: unknown, path: string): void {
    const of = schema.getType(type);
    if (!isObjectType(of) || typeof value !== 'object' || value === null) return void faults.push(`${path || 'data'} is no ${type}`);
    const asked = new Map<string, FieldNode[]>();
    for (const one of selections) collect(type, one, asked);
    const given = value as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(given)) if (!asked.has(name)) faults.push(`${path}.${name} was not asked for`);
    const names = [...asked.keys()].filter((name) => name in given);
    if (names.join() !== Object.keys(given).join()) faults.push(`${path || 'data'} has its fields in another order`);
    for (const [name, nodes] of asked) {
      if (!(name in given)) {
        faults.push(`${path}.${name} is missing`);
        continue;
      }
      const field = nodes[0]?.name.value ?? '';
      if (field === '__typename') {
        if (given[name] !== type) faults.push(`${path}.${name} is not ${type}`);
        continue;
      }
      const inner = nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
      const fieldType = of.getFields()[field]?.type;
      if (fieldType) checkValue(fieldType, inner, given[name], `${path}.${name}`);
    }
  }

  function checkValue(type: GraphQLOutputType, inner: readonly SelectionSetNode[], value: unknown, path: string): void {
    if (isNonNullType(type)) {
      if (value === null) faults.push(`${path} is null`);
      else checkValue(type.ofType, inner, value, path);
    } else if (value === null) return;
    else if (isListType(type)) {
      if (!Array.isArray(value)) faults.push(`${path} is no list`);
      else for (const [at, one] of value.entries()) checkValue(type.ofType, inner, one, `${path}.${at}`);
    } else if (isLeafType(type)) {
      if (!isLeaf(type.name, value) || (isEnumType(type) && type.getValue(String(value)) === undefined))
        faults.push(`${path} is no ${type}: ${JSON.stringify(value)}`);
    } else {
      const name = (value as { readonly __typename?: unknown }).__typename;
      const actual = typeof name === 'string' ? schema.getType(name) : undefined;
      const fits = isObjectType(actual) && (isAbstractType(type) ? schema.isSubType(type, actual) : actual === type);
      if (fits) checkObject(actual.name, inner, value, path);
      else faults.push(`${path} is a ${String(name)} and no ${type}`);
    }
  }

  function collect(type: string, { selections }: SelectionSetNode, into: Map<string, FieldNode[]>): void {
    for (const one of selections) {
      if (!isIncluded(one.directives ?? [])) continue;
      if (one.kind === 'Field') {
        const name = one.alias?.value ?? one.name.value;
        into.set(name, [...(into.get(name) ?? []), one]);
        continue;
      }
      const fragment = one.kind === 'InlineFragment' ? one : fragments.get(one.name.value);
      if (fragment && applies(type, fragment.typeCondition?.name.value)) collect(type, fragment.selectionSet, into);
    }
  }

  function applies(type: string, condition: string | undefined): boolean {
    if (condition === undefined || condition === type) return true;
    const [wide, narrow] = [schema.getType(condition), schema.getType(type)];
    return isAbstractType(wide) && isObjectType(narrow) && schema.isSubType(wide, narrow);
  }

  function isIncluded(directives: NonNullable<FieldNode['directives']>): boolean {
    return directives.every(({ name, arguments: [given] = [] }) => {
      const value = given?.value;
      const holds = value?.kind === 'Variable' ? variables[value.name.value] === true : value?.kind === 'BooleanValue' && value.value;
      return name.value === 'include' ? holds : !holds;
    });
  }
}

function isLeaf(type: string, value: unknown): boolean {
  switch (type) {
    case 'Int':
      return Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** 31;
    case 'Float':
      return typeof value === 'number';
    case 'Boolean':
      return typeof value === 'boolean';
    case 'DateTime':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
    default:
      return typeof value === 'string' && value.isWellFormed();
  }
}
