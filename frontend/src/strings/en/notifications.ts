/** Words for notifications, in English. */
export const notifications = {
  newMessagesCount: (count: number) => `${count} new messages`,
};
