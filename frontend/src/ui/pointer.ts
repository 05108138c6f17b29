import { useSyncExternalStore } from "react";

function query(media: string) {
  const list = matchMedia(media);
  const subscribe = (listener: () => void) => {
    list.addEventListener("change", listener);
    return () => list.removeEventListener("change", listener);
  };
  return () => useSyncExternalStore(subscribe, () => list.matches);
}

/** Whether one points with a finger: there is no hovering, and a keyboard is on the screen if anywhere. */
export const useCoarsePointer = query("(pointer: coarse)");

/** Whether what belongs to a chat takes its place, since there is no room beside it. The same width stands in the style sheets. */
export const useOneColumn = query("(max-width: 63.99em)");

/** Whether there is room for one pane only, as on a phone. The same width stands in the style sheets. */
export const useOnePane = query("(max-width: 47.99em)");
