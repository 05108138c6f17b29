interface Position {
  cursor: string;
  /** The last applied event; unknown as long as the position came from a query. */
  seq: number;
}

/**
 * How far this tab has applied each feed. A position moves only after its events are in the cache, so that whatever
 * breaks in between, resuming brings them again.
 */
export class FeedPositions {
  readonly #positions = new Map<string, Position>();

  /** Where to begin, read by the query that brought the data. A feed that is already followed stays where it is. */
  begin(feedId: string, cursor: string): void {
    if (!this.#positions.has(feedId)) this.#positions.set(feedId, { cursor, seq: 0 });
  }

  advance(feedId: string, cursor: string, seq: number): void {
    this.#positions.set(feedId, { cursor, seq: Math.max(seq, this.#positions.get(feedId)?.seq ?? 0) });
  }

  /** The feed's history was replaced by a fresh load: its numbering may have begun anew. */
  restart(feedId: string, cursor: string): void {
    this.#positions.set(feedId, { cursor, seq: 0 });
  }

  /** Whether an event was applied before: a replay. */
  hasApplied(feedId: string, seq: number): boolean {
    return seq <= (this.#positions.get(feedId)?.seq ?? 0);
  }

  leave(feedId: string): void {
    this.#positions.delete(feedId);
  }

  clear(): void {
    this.#positions.clear();
  }

  /** Where a feed stands here; nothing when it is not followed. */
  cursorOf(feedId: string): string | undefined {
    return this.#positions.get(feedId)?.cursor;
  }

  /** What to resume with. */
  cursors(): string[] {
    return [...this.#positions.values()].map((position) => position.cursor);
  }

  entries(): { feedId: string; cursor: string; seq: number }[] {
    return [...this.#positions].map(([feedId, position]) => ({ feedId, ...position }));
  }
}
