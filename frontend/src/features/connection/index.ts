// What others may use of this feature.
export { ConnectionLine } from "./components/ConnectionLine";
export { ConnectionWords } from "./components/ConnectionWords";
