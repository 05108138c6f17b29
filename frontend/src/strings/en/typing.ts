import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for who is typing, in English. */
export const typing = {
  typing: (names: readonly string[]) => {
    if (names.length === 1) return `${own(names[0]!)} is typing…`;
    if (names.length === 2) return `${own(names[0]!)} and ${own(names[1]!)} are typing…`;
    return "Several participants are typing…";
  },
};
