/** Newest activity first. Equal times keep a stable order by id. */
export function byActivity(
  a: { id: string; lastMessageAt?: string | null; createdAt: string },
  b: { id: string; lastMessageAt?: string | null; createdAt: string },
): number {
  const [atA, atB] = [a.lastMessageAt ?? a.createdAt, b.lastMessageAt ?? b.createdAt];
  if (atA !== atB) return atA < atB ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}
