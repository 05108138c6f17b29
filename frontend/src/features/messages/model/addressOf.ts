/** Where a message is read, for whoever may: in its chat, or in the thread to which it belongs. */
export function addressOf(message: { id: string; chatId: string; threadRootId: string | null }): string {
  const { id, chatId, threadRootId } = message;
  const place = threadRootId ? `${chatId}/thread/${threadRootId}` : chatId;
  return `${location.origin}/chats/${place}?at=${id}`;
}
