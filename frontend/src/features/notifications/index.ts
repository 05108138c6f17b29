// What others may use of this feature.
export { Notifier } from "./lazy";
