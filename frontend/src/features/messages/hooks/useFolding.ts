import { useCallback, useState } from "react";

/** Which replies in threads a reader who folds them has opened in this list. */
export function useFolding() {
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const setOpen = useCallback((replies: readonly string[], open: boolean) => {
    setUnfolded((before) => {
      const after = new Set(before);
      for (const id of replies) {
        if (open) after.add(id);
        else after.delete(id);
      }
      return after;
    });
  }, []);
  return { unfolded, setOpen };
}
