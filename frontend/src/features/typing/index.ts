// What others may use of this feature.
export { TypingLine } from "./components/TypingLine";
export { useTypingNames } from "./hooks/useTypingNames";
export { useTypingSignal } from "./hooks/useTypingSignal";
export { live as typingLive } from "./live";
export { TypingNames } from "./model/typingNames";
