// What others may use of this feature.
export { policies as receiptPolicies, putReceipt } from "./cache";
export { useMessageReceipts } from "./hooks/useMessageReceipts";
export { useReceipts } from "./hooks/useReceipts";
export { live as receiptLive } from "./live";
export { DeliveredMarks } from "./model/deliveredMarks";
export { hasRead, hasReceived, type Progress, progressOf, type Receipt } from "./model/progress";
