import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { schema } from '../../schema/index.ts';

/**
 * The selections of a conversation that have its `lastSeq` without its `viewerUnreadCount`, or the other way round. A normalized cache that
 * stores one without the other cannot tell whether the count includes a message.
 */
export function uncounted(document: DocumentNode): readonly string[] {
  const fragments = new Map(document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])));
  const types = new TypeInfo(schema);
  const found: string[] = [];
  const look = (set: SelectionSetNode): void => {
    const names = fieldsOf(set, fragments);
    if (names.has('lastSeq') !== names.has('viewerUnreadCount')) found.push([...names].join(' '));
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ selectionSet }) {
        if (selectionSet && /^(Conversation|DirectConversation|Group)\W*$/.test(String(types.getType()))) look(selectionSet);
      },
    }),
  );
  return found;
}

function fieldsOf({ selections }: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): ReadonlySet<string> {
  const names = selections.flatMap((one): readonly string[] => {
    if (one.kind === Kind.FIELD) return [one.name.value];
    const set = one.kind === Kind.INLINE_FRAGMENT ? one.selectionSet : fragments.get(one.name.value)?.selectionSet;
    return set === undefined ? [] : [...fieldsOf(set, fragments)];
  });
  return new Set(names);
}
