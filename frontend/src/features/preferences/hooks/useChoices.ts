import { useStore } from "@/api/store";
import { useSignedIn } from "@/session/services";
import { useCoarsePointer } from "@/ui/pointer";
import type { Choices } from "../model/preferences";

/** What the reader has chosen on this device, as it changes. */
export function useChoices(): Choices {
  return useStore(useSignedIn().preferences.choices);
}

/** Whether Enter sends what is written, or begins a new line: as chosen, else as the device's keyboard suggests. */
export function useEnterSends(): boolean {
  const coarse = useCoarsePointer();
  return useChoices().enterSends ?? !coarse;
}
