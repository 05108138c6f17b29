import type { ApolloCache } from "@apollo/client";
import { editEntry } from "@/api/editEntry";
import type { MessageFieldsFragment } from "@/gql/receiver/graphql";

type Shown = Partial<Pick<MessageFieldsFragment, "content" | "editedAt" | "removedAt">>;

/**
 * Shows a change before it is acknowledged, without a new revision: whatever a service says next wins. Gives back how
 * to take it back, unless something newer has come meanwhile.
 */
export function showText(cache: ApolloCache, message: MessageFieldsFragment, shown: Shown): () => void {
  const id = cache.identify({ __typename: "Message", id: message.id })!;
  const write = (fields: Shown) =>
    editEntry(
      cache,
      id,
      Object.fromEntries(
        Object.entries(fields).map(([field, value]) => [
          field,
          (known: unknown, { readField }: { readField(name: string): unknown }) =>
            readField("revision") === message.revision ? value : known,
        ]),
      ),
    );
  write(shown);
  return () => {
    const { content, editedAt, removedAt } = message;
    write({ content: content ?? null, editedAt: editedAt ?? null, removedAt: removedAt ?? null });
  };
}
