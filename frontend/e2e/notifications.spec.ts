import { expectAccessible, live, message, newPerson, openChat, picture, say, startDirect, startGroup } from "./people";
import { expect, type Page, test } from "./test";

/** Puts something in the place of the browser's notifications that remembers them and how often it was asked. */
async function watchNotifications(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = { asked: 0, shown: [] as string[], played: 0 };
    const watched = class {
      static permission = "default";
      static async requestPermission() {
        seen.asked += 1;
        watched.permission = "granted";
        return "granted";
      }
      onclick: () => void = () => {};
      constructor(title: string, { body }: { body: string }) {
        seen.shown.push(`${title} | ${body}`);
        Object.assign(window, { open: () => this.onclick() });
      }
      close() {}
    };
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...times) {
      seen.played += 1;
      start.apply(this, times);
    };
    Object.assign(window, { Notification: watched, seen });
  });
}

/** The tab goes to the background, or comes back. */
const look = (page: Page, state: "hidden" | "visible") =>
  page.evaluate((now) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => now });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);

const seen = (page: Page) =>
  page.evaluate(() => Reflect.get(window, "seen") as { asked: number; shown: string[]; played: number });

test("what arrives in the background is told once allowed, and a muted chat neither tells nor counts", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const { page } = ben;
  await watchNotifications(page);
  await startGroup(ada, "Evening choir", [ben]);
  await startDirect(ada, ben);
  await say(ada, "hello");
  await page.goto("/profile");
  await live(ben);
  await look(page, "hidden");
  await say(ada, "nobody is told of this");
  await expect(page).toHaveTitle("(2) Profile – Antiphon");
  expect(await seen(page)).toEqual({ asked: 0, shown: [], played: 0 });

  await look(page, "visible");
  await page.getByRole("switch", { name: "Show notifications" }).click();
  await expect(page.getByRole("switch", { name: "Show notifications" })).toBeChecked();
  await page.getByRole("switch", { name: "Play a sound" }).click();
  expect((await seen(page)).asked).toBe(1);
  await page.getByRole("heading", { name: "Notifications" }).scrollIntoViewIfNeeded();
  await picture(page, "notifications");
  await expectAccessible(page);
  await say(ada, "seen, so not told");
  await expect(page).toHaveTitle("(3) Profile – Antiphon");
  await look(page, "hidden");
  await say(ada, "and **this**?");
  await expect.poll(async () => (await seen(page)).shown).toEqual(["Ada Lovelace | and this?"]);
  await expect.poll(async () => (await seen(page)).played).toBe(2);
  await page.evaluate(() => (Reflect.get(window, "open") as () => void)());
  await look(page, "visible");
  await expect(message(ben, "and this?")).toBeVisible();
  await expect(page).toHaveTitle("Ada Lovelace – Antiphon");

  await openChat(ben, "Evening choir");
  await page.getByRole("button", { name: "Chat details" }).click();
  await page.getByRole("switch", { name: "Mute" }).click();
  await page.getByRole("switch", { name: "Pin" }).click();
  await picture(page, "muted-and-pinned");
  await expectAccessible(page);
  await openChat(ben, "Ada Lovelace");
  await page.reload();
  await live(ben);
  const rows = page.getByRole("navigation").getByRole("listitem");
  await expect(rows.first()).toContainText("Evening choir");
  await expect(rows.first().getByRole("img", { name: "Muted" })).toBeVisible();
  await look(page, "hidden");
  await openChat(ada, "Evening choir");
  await say(ada, "louder, please");
  await expect(rows.first().getByRole("img", { name: "1 unread" })).toBeVisible();
  await expect(page).toHaveTitle("Ada Lovelace – Antiphon");
  await openChat(ada, "Ben Okafor");
  await say(ada, "a word in private");
  await expect(page).toHaveTitle("(1) Ada Lovelace – Antiphon");
  await expect(rows.first()).toContainText("Evening choir");
  // After the reload the browser's stand-in has to be asked again, which only a click does.
  expect(await seen(page)).toMatchObject({ asked: 0, shown: [] });
});
