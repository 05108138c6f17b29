// What others may use of this feature.
export { forget as forgetPins, policies as pinPolicies } from "./cache";
export { usePinning } from "./hooks/usePinning";
export { PinnedBar } from "./lazy";
export { live as pinLive } from "./live";
