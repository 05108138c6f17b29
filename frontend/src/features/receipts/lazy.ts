/** What tells senders of stored messages: nobody needs it to begin with. */
export const loadDeliveredMarks = () => import("./model/deliveredMarks");
