// What others may use of this feature.
export { knownThread, policies as threadPolicies, putReply } from "./cache";
export { Faces } from "./components/Faces";
export { FollowButton } from "./components/FollowButton";
export { ThreadFooter } from "./components/ThreadFooter";
export { UnreadBadge } from "./components/UnreadBadge";
export { useOwnThread, useUnreadReplies } from "./hooks/useOwnThread";
export { useThreadReading } from "./hooks/useThreadReading";
export { useUnreadThreads } from "./hooks/useUnreadThreads";
export { live as threadLive } from "./live";
export { ownThreadsOf } from "./model/ownThreadsOf";
export { isReply } from "./model/reply";
export { unreadReplies } from "./model/unreadReplies";
