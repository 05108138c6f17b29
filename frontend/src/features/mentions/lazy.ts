import { type ComponentType, lazy } from "react";
import type { MentionHelpProps } from "./model/completion";

// What the first page does without is fetched when it is needed.

/** Without it one writes as before: who is offline may not have it. */
const nothing: { default: ComponentType<MentionHelpProps> } = { default: () => null };

export const MentionHelp = lazy<ComponentType<MentionHelpProps>>(() =>
  import("./components/MentionHelp").catch((error) => {
    console.warn("the names of those who can be mentioned could not be fetched", error);
    return nothing;
  }),
);
export const ConfirmEveryone = lazy(() => import("./components/ConfirmEveryone"));
