import { useEffect } from "react";
import { useStore } from "@/api/store";
import { useSignedIn } from "@/session/services";
import { explain, t } from "@/strings";
import { tell } from "@/ui/status";

/** Drops the reactions that a service would not take, and says so: nothing is left that could be done about them. */
export function useRefusedReactions(): void {
  const { outbox } = useSignedIn();
  const entries = useStore(outbox.entries);
  useEffect(() => {
    for (const entry of entries) {
      if (entry.kind !== "reaction" || !entry.failure) continue;
      tell(`${t.reactions.notSaved(entry.variant)} ${explain(entry.failure)}`);
      outbox.discard(entry);
    }
  }, [entries, outbox]);
}
