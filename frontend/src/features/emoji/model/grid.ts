/** So many stand in a line of the picker; the style sheet has the same number. */
export const COLUMNS = 8;

/** The place of an emoji: the section it is in, and which one it is there. */
export interface Place {
  section: number;
  index: number;
}

/**
 * Where an arrow key leads from a place, by the lengths of the sections, which stand below each other and each begin a line
 * of their own. Nothing where there is no further.
 */
export function neighbour(lengths: readonly number[], from: Place, key: string, rtl: boolean): Place | undefined {
  const { section, index } = from;
  const last = (lengths[section] ?? 0) - 1;
  switch (key) {
    case rtl ? "ArrowLeft" : "ArrowRight":
      return index < last ? { section, index: index + 1 } : beginOf(lengths, section + 1, 0);
    case rtl ? "ArrowRight" : "ArrowLeft":
      return index > 0 ? { section, index: index - 1 } : endOf(lengths, section - 1, COLUMNS - 1);
    case "ArrowDown":
      if (index + COLUMNS <= last) return { section, index: index + COLUMNS };
      // Above a line that is not full stands one that is: from its end, down leads to the end of the section.
      return lineOf(index) < lineOf(last) ? { section, index: last } : beginOf(lengths, section + 1, index % COLUMNS);
    case "ArrowUp":
      return index >= COLUMNS ? { section, index: index - COLUMNS } : endOf(lengths, section - 1, index % COLUMNS);
    default:
      return undefined;
  }
}

const lineOf = (index: number) => Math.floor(index / COLUMNS);

/** In the first line of a section. */
function beginOf(lengths: readonly number[], section: number, column: number): Place | undefined {
  const length = lengths[section];
  return length ? { section, index: Math.min(column, length - 1) } : undefined;
}

/** In the last line of a section. */
function endOf(lengths: readonly number[], section: number, column: number): Place | undefined {
  const length = lengths[section];
  return length ? { section, index: Math.min(lineOf(length - 1) * COLUMNS + column, length - 1) } : undefined;
}
