import type { PinnedTextFragment } from "@/gql/receiver/graphql";

/** Where a pinned message stands: in the chat, or in a thread of it. */
export function placeOf({ id, chatId, threadRootId: rootId }: PinnedTextFragment) {
  return rootId
    ? ({ to: "/chats/$chatId/thread/$rootId", params: { chatId, rootId }, search: { at: id } } as const)
    : ({ to: "/chats/$chatId", params: { chatId }, search: { at: id } } as const);
}
