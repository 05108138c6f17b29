/** What a notification says, and which chat it leads to. */
export interface ChatNews {
  title: string;
  body: string;
  chatId: string;
}

/** Shows it. A later one of the same chat takes its place, so that a busy chat does not pile up. */
export async function showNotification({ title, body, chatId }: ChatNews, open: () => void): Promise<void> {
  const options: NotificationOptions = { body, tag: chatId, icon: "/icon-192.png", data: { path: `/chats/${chatId}` } };
  try {
    const shown = new Notification(title, options);
    shown.onclick = () => {
      window.focus();
      open();
      shown.close();
    };
  } catch {
    // On phones only a service worker may show one; it also answers to the touch.
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.showNotification(title, options);
  }
}
