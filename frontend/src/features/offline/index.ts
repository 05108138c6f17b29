// What others may use of this feature.
export { clearOtherCopies, indexedDbCopy } from "./model/copyStorage";
export { OfflineStore } from "./model/offlineStore";
