import { useStore } from "@/api/store";
import { useSignedIn } from "@/app/antiphon";
import type { Choices } from "../model/preferences";

/** What the reader has chosen on this device, as it changes. */
export function useChoices(): Choices {
  return useStore(useSignedIn().preferences.choices);
}
