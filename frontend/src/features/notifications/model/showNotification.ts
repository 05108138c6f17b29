/** What a notification says, of which chat it is, and where it leads. */
export interface ChatNews {
  title: string;
  body: string;
  chatId: string;
  path: string;
}

/** Shows it. A later one of the same chat takes its place, so that a busy chat does not pile up. */
export async function showNotification({ title, body, chatId, path }: ChatNews, open: () => void): Promise<void> {
  const options: NotificationOptions = { body, tag: chatId, icon: "/icon-192.png", data: { path } };
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
