/** Newest activity first. Equal times keep a stable order by id. */
export function byActivity(
  a: { id: string; lastMessageAt?: string | null; createdAt: string },
  b: { id: string; lastMessageAt?: string | null; createdAt: string },
): number {
  const [atA, atB] = [a.lastMessageAt ?? a.createdAt, b.lastMessageAt ?? b.createdAt];
  if (atA !== atB) return atA < atB ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}

interface Ordered {
  chat: Parameters<typeof byActivity>[0];
  settings: { pinnedAt: string | null };
}

/** What is pinned first, what was pinned last before the others, and the rest by activity. */
export function inOrder<Chat extends Ordered>(chats: readonly Chat[]): Chat[] {
  const pinned = ({ settings: { pinnedAt } }: Ordered) => pinnedAt ?? "";
  return [...chats].sort((a, b) => {
    const [atA, atB] = [pinned(a), pinned(b)];
    return atA === atB ? byActivity(a.chat, b.chat) : atA < atB ? 1 : -1;
  });
}
