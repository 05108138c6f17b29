import type { Strings } from "../en";
import { isolated as own } from "../isolated";

/** Words for who is typing, in Arabic. */
export const typing: Strings["typing"] = {
  typing: (names) => {
    const [first = "", second = ""] = names;
    if (names.length === 1) return `${own(first)} يكتب الآن…`;
    if (names.length === 2) return `${own(first)} و${own(second)} يكتبان الآن…`;
    return "عدة مشاركين يكتبون الآن…";
  },
};
