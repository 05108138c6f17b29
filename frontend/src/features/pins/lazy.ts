import { type ComponentType, lazy } from "react";
import type { PinnedBarProps } from "./model/pinnedBar";

// What the first page does without is fetched when it is needed.

/** Without it one reads as before: who is offline may not have it. */
const nothing: { default: ComponentType<PinnedBarProps> } = { default: () => null };

export const PinnedBar = lazy<ComponentType<PinnedBarProps>>(() =>
  import("./components/PinnedBar").catch((error) => {
    console.warn("what shows the pinned messages could not be fetched", error);
    return nothing;
  }),
);

export const setPinned = async (...call: Parameters<typeof import("./model/setPinned").setPinned>) =>
  (await import("./model/setPinned")).setPinned(...call);
