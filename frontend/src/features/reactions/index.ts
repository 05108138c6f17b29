// What others may use of this feature.
export { forget as forgetReactions, ownIn, policies as reactionPolicies } from "./cache";
export { QuickReactions } from "./components/QuickReactions";
export { ReactionChips } from "./components/ReactionChips";
export { useOwnReactions } from "./hooks/useOwnReactions";
export { loadOwnReactions, ReactionsDialog, sendReaction } from "./lazy";
export { live as reactionLive } from "./live";
export { readOwn } from "./model/ownReactions";
export type { OwnReaction, ReactionGroup, ReactionWish } from "./model/reactionGroups";
export { recentReactions } from "./model/recentReactions";
export type { WishedReaction } from "./model/sendReaction";
