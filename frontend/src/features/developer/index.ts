// What others may use of this feature.
export { DeveloperPanel } from "./lazy";
