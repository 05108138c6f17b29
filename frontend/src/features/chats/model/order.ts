/** Newest activity first. Equal times keep a stable order by id. */
export function byActivity(
  a: { id: string; lastMessageAt?: string | null; createdAt: string },
  b: { id: string; lastMessageAt?: string | null; createdAt: string },
): number {
  const [atA, atB] = [a.lastMessageAt ?? a.createdAt, b.lastMessageAt ?? b.createdAt];
  if (atA !== atB) return atA < atB ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}

/** What is pinned first, and each part by activity. */
export function inOrder<Edge extends { node: Parameters<typeof byActivity>[0] }>(
  edges: readonly Edge[],
  pinned: readonly string[],
): Edge[] {
  const rank = ({ node }: Edge) => (pinned.includes(node.id) ? 0 : 1);
  return [...edges].sort((a, b) => rank(a) - rank(b) || byActivity(a.node, b.node));
}
