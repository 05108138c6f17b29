import { DocumentTransform } from "@apollo/client";
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** What is asked for in one place: fields by what they are called in the answer, and by type what only some kinds have. */
interface Merged {
  fields: Map<string, { field: FieldNode; children: SelectionSetNode[] }>;
  ofKinds: Map<string, SelectionSetNode[]>;
}

/**
 * Components ask in fragments of their own for what they read, and many ask for the same. A document that is sent asks for
 * each field once: a service resolves what stands there twice twice. `kinds` are the types that stand for some interface or
 * union; a fragment on any other type applies wherever it stands.
 */
export function mergedSelections(document: DocumentNode, kinds: ReadonlySet<string>): DocumentNode {
  const fragments: Fragments = new Map(
    document.definitions.flatMap((part) => (part.kind === Kind.FRAGMENT_DEFINITION ? [[part.name.value, part]] : [])),
  );
  const definitions = document.definitions.flatMap((part) =>
    part.kind === Kind.OPERATION_DEFINITION
      ? [{ ...part, selectionSet: mergeSets([part.selectionSet], fragments, kinds) }]
      : [],
  );
  // A fragment by itself, as it is read from the cache, stays as it is.
  return definitions.length > 0 ? { ...document, definitions } : document;
}

function mergeSets(sets: readonly SelectionSetNode[], fragments: Fragments, kinds: ReadonlySet<string>) {
  const merged: Merged = { fields: new Map(), ofKinds: new Map() };
  for (const { selections } of sets) collect(selections, merged, fragments, kinds);
  const fields = [...merged.fields.values()].map(({ field, children }): SelectionNode => {
    if (children.length === 0) return field;
    return { ...field, selectionSet: mergeSets(children, fragments, kinds) };
  });
  const ofKinds = [...merged.ofKinds].map(
    ([kind, own]): SelectionNode => ({
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: kind } },
      selectionSet: mergeSets(own, fragments, kinds),
    }),
  );
  return { kind: Kind.SELECTION_SET, selections: [...fields, ...ofKinds] } satisfies SelectionSetNode;
}

function collect(
  selections: readonly SelectionNode[],
  merged: Merged,
  fragments: Fragments,
  kinds: ReadonlySet<string>,
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const { selectionSet, ...field } = selection;
      const key = print(field);
      const children = merged.fields.get(key)?.children ?? [];
      merged.fields.set(key, { field, children: selectionSet ? [...children, selectionSet] : children });
      continue;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (!fragment) throw new Error("a document spreads a fragment that it does not hold");
    if (selection.directives?.length) throw new Error("a fragment with a directive cannot be merged");
    const kind = fragment.typeCondition?.name.value;
    if (kind === undefined || !kinds.has(kind)) collect(fragment.selectionSet.selections, merged, fragments, kinds);
    else merged.ofKinds.set(kind, [...(merged.ofKinds.get(kind) ?? []), fragment.selectionSet]);
  }
}

/** The same for every document that an Apollo client sends. `possibleTypes` is that of its cache. */
export function mergingTransform(possibleTypes: Readonly<Record<string, readonly string[]>>): DocumentTransform {
  const kinds = new Set(Object.values(possibleTypes).flat());
  return new DocumentTransform((document) => mergedSelections(document, kinds));
}
