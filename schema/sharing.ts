import {
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  isRequiredArgument,
  Kind,
  type ListValueNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** What the listeners of one subscription document may share. */
export interface Sharing {
  /** The event types of which every selected field, at any depth, is declared shareable. */
  readonly types: ReadonlySet<string>;
  /** The variables used below the root field. Only listeners with the same values share. */
  readonly variables: readonly string[];
  /** Returns whether an event, as the root field's source returns it, has one of these types. */
  covers(event: object): boolean;
  /**
   * The document to execute for each event. It leaves out the optional arguments of the root field and the variables that only they use,
   * and has empty lists for the required ones: the arguments only matter for opening the subscription. Coercing thousands of positions for
   * each of thousands of events would take minutes (measured: 50 s for 5,000).
   */
  readonly perEvent: DocumentNode;
  /** The variables of `perEvent`. */
  readonly eventVariables: readonly string[];
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** Finds what the listeners of a valid document's subscription may share. */
export function sharingOf(schema: GraphQLSchema, document: DocumentNode, operationName?: string | null): Sharing {
  const operation = getOperationAST(document, operationName);
  const root = schema.getSubscriptionType();
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const fields = operation ? rootFields(operation.selectionSet, fragments) : [];
  const type = root && fields[0] ? getNamedType(root.getFields()[fields[0].name.value]?.type) : undefined;
  if (!operation || !type || !isCompositeType(type))
    return { types: new Set(), variables: [], covers: () => false, perEvent: document, eventVariables: [] };
  const isShareable = shareability(schema, fragments);
  const sets = fields.flatMap(({ selectionSet }) => selectionSet ?? []);
  const shared = possibleTypes(schema, type).filter((possible) => sets.every((set) => isShareable(set, possible)));
  const types = new Set(shared.map(({ name }) => name));
  const variables = [...new Set(variablesIn(sets, fragments))].sort();
  const perEvent = withoutOpening(document, { operation, fields, required: requiredArguments(root, fields) });
  const definitions = getOperationAST(perEvent, operationName)?.variableDefinitions ?? [];
  return {
    types,
    variables,
    covers: (event) => types.has(typeNameOf(type, event) ?? ''),
    perEvent,
    eventVariables: definitions.map(({ variable }) => variable.name.value),
  };
}

/** Returns the required arguments of the root field, and whether each is a list. */
function requiredArguments(root: GraphQLObjectType | null | undefined, [field]: readonly FieldNode[]): ReadonlyMap<string, boolean> {
  const args = (field && root?.getFields()[field.name.value]?.args) ?? [];
  return new Map(args.filter(isRequiredArgument).map(({ name, type }) => [name, isListType(getNullableType(type))]));
}

interface Opening {
  readonly operation: OperationDefinitionNode;
  readonly fields: readonly FieldNode[];
  readonly required: ReadonlyMap<string, boolean>;
}

const emptyList: ListValueNode = { kind: Kind.LIST, values: [] };

function withoutOpening(document: DocumentNode, { operation, fields, required }: Opening): DocumentNode {
  const roots = new Set(fields);
  const { definitions } = visit(document, {
    Field(field) {
      if (!roots.has(field)) return undefined;
      const kept = (field.arguments ?? []).filter(({ name }) => required.has(name.value));
      return {
        ...field,
        arguments: kept.map((argument) => (required.get(argument.name.value) ? { ...argument, value: emptyList } : argument)),
      };
    },
  });
  const fragments = new Map(definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])));
  function withoutUnused(node: DefinitionNode): readonly DefinitionNode[] {
    if (node.kind !== Kind.OPERATION_DEFINITION) return [node];
    if (node.name?.value !== operation.name?.value) return [];
    const used = new Set(variablesIn([node.selectionSet], fragments));
    return [{ ...node, variableDefinitions: (node.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value)) }];
  }
  return { kind: Kind.DOCUMENT, definitions: definitions.flatMap(withoutUnused) };
}

/** Returns the name of an event's type, by the type's own resolveType. */
function typeNameOf(type: GraphQLNamedType, event: object): string | undefined {
  if (!isAbstractType(type)) return type.name;
  const name = (type.resolveType as ((event: object) => unknown) | null | undefined)?.(event);
  return typeof name === 'string' ? name : undefined;
}

function possibleTypes(schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLObjectType[] {
  if (isAbstractType(type)) return schema.getPossibleTypes(type);
  return isObjectType(type) ? [type] : [];
}

/**
 * Returns the root fields. Validation ensures that they are all the same field, perhaps selected in several places. Each place is listed
 * once.
 */
function rootFields(root: SelectionSetNode, fragments: Fragments): readonly FieldNode[] {
  const fields: FieldNode[] = [];
  const spread = new Set<string>();
  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) fields.push(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else spreadOnce(selection.name.value);
    }
  }
  function spreadOnce(name: string): void {
    const fragment = fragments.get(name);
    if (!fragment || spread.has(name)) return;
    spread.add(name);
    collect(fragment.selectionSet);
  }
  collect(root);
  return fields;
}

/** Creates a function that tells whether everything a selection set selects of an object type is shareable. Each pair is checked once. */
function shareability(schema: GraphQLSchema, fragments: Fragments) {
  const known = new Map<SelectionSetNode, Map<GraphQLObjectType, boolean>>();

  function isShareable(set: SelectionSetNode, type: GraphQLObjectType): boolean {
    const answers = known.get(set) ?? new Map<GraphQLObjectType, boolean>();
    known.set(set, answers);
    const answer = answers.get(type) ?? set.selections.every((selection) => isSelectionShareable(selection, type));
    answers.set(type, answer);
    return answer;
  }

  function isSelectionShareable(selection: SelectionSetNode['selections'][number], type: GraphQLObjectType): boolean {
    if (selection.kind === Kind.FIELD) return isFieldShareable(selection, type);
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return !fragment || !applies(fragment.typeCondition?.name.value, type) || isShareable(fragment.selectionSet, type);
  }

  function isFieldShareable({ name, selectionSet }: FieldNode, type: GraphQLObjectType): boolean {
    if (name.value === '__typename') return true;
    const field = type.getFields()[name.value];
    if (field?.extensions['shareable'] !== true) return false;
    return !selectionSet || possibleTypes(schema, getNamedType(field.type)).every((possible) => isShareable(selectionSet, possible));
  }

  function applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wider = schema.getType(condition);
    return isAbstractType(wider) && schema.isSubType(wider, type);
  }

  return isShareable;
}

function variablesIn(sets: readonly SelectionSetNode[], fragments: Fragments): readonly string[] {
  const names: string[] = [];
  const spread = new Set<string>();
  function collect(node: ASTNode): void {
    visit(node, {
      Variable: ({ name }) => void names.push(name.value),
      FragmentSpread({ name: { value } }) {
        const fragment = fragments.get(value);
        if (!fragment || spread.has(value)) return;
        spread.add(value);
        collect(fragment.selectionSet);
      },
    });
  }
  for (const set of sets) collect(set);
  return names;
}
