import { useMemo } from "react";
import { useStore } from "@/api/store";
import { useSignedIn } from "@/session/services";
import type { SettingsIntent } from "../model/chatSettings";

/** What the reader wants to be set and no service has acknowledged, by chat. */
export function useSettingsIntents(): ReadonlyMap<string, SettingsIntent> {
  const entries = useStore(useSignedIn().outbox.entries);
  return useMemo(
    () => new Map(entries.flatMap((entry) => (entry.kind === "settings" ? [[entry.chatId, entry.intent]] : []))),
    [entries],
  );
}
