import { useCallback } from "react";
import { useChoices } from "@/features/preferences";
import { useSignedIn } from "@/session/services";
import { TONES, type Tone } from "../model/tones";

/** The tone that people get by default in what the reader chooses, and the way to choose another one. */
export function useSkinTone(): [Tone, (tone: Tone) => void] {
  const { preferences } = useSignedIn();
  const { skinTone } = useChoices();
  const tone = TONES.find((known) => known === skinTone) ?? 0;
  return [tone, useCallback((chosen) => preferences.change({ skinTone: chosen }), [preferences])];
}
