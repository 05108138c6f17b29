import { openDoor } from "./door";
import { live, message, newPerson, openChat, type Person, picture, say, startDirect, startGroup } from "./people";
import { expect, test } from "./test";

const worker = { serviceWorkers: "allow" } as const;

/** Whether what is written down for reading without a network is as expected. */
const kept = async ({ page }: Person, expected: (text: string) => boolean) =>
  expected(
    await page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          const opening = indexedDB.open("antiphon-copy");
          opening.onsuccess = () => {
            const all = opening.result.transaction("kept").objectStore("kept").getAll();
            all.onsuccess = () => {
              opening.result.close();
              resolve(JSON.stringify(all.result));
            };
          };
        }),
    ),
  );

/** Waits until the page would start without a network, and what was read is written down. */
async function settled({ page }: Person, chats: number): Promise<void> {
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const kept = () =>
    page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const opening = indexedDB.open("antiphon-copy");
          opening.onsuccess = () => {
            const all = opening.result.transaction("kept").objectStore("kept").getAllKeys();
            all.onsuccess = () => {
              opening.result.close();
              resolve(all.result.filter((key) => String((key as string[])[1]).startsWith("messages")).length);
            };
          };
        }),
    );
  await expect.poll(kept).toBe(chats);
}

test("without a network the page starts, shows what was read last, and sends once what is written", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace", worker);
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await live(ada);
  await startGroup(ben, "Never opened", [ada]);
  await say(ben, "read me in the tunnel");
  await startDirect(ada, ben);
  await say(ada, "before the tunnel");
  await openChat(ben, "Ada Lovelace");
  await say(ben, "have a good trip");
  await expect(message(ada, "have a good trip")).toBeVisible();
  // The other chat was never opened here: it is fetched when the page has come to rest.
  await ada.page.reload();
  await live(ada);
  await settled(ada, 2);

  await ada.page.context().setOffline(true);
  await ada.page.reload();
  await expect(message(ada, "have a good trip")).toBeVisible();
  await expect(message(ada, "before the tunnel")).toBeVisible();
  await openChat(ada, "Never opened");
  await expect(message(ada, "read me in the tunnel")).toBeVisible();
  await ada.page
    .getByRole("navigation")
    .getByRole("link", { name: /^Ben Okafor/ })
    .click();
  await expect(ada.page.getByText(/^Offline\./)).toBeVisible();
  await say(ada, "from the tunnel");
  await expect(message(ada, "from the tunnel").getByRole("img", { name: "Waiting for the network" })).toBeVisible();
  await picture(ada.page, "started-offline");
  await say(ben, "did you arrive?");
  await message(ben, "have a good trip").hover();
  await message(ben, "have a good trip")
    .getByRole("button", { name: /^Actions/ })
    .click();
  await ben.page.getByRole("menuitem", { name: "Remove" }).click();
  await expect(message(ben, "Message removed")).toBeVisible();

  await ada.page.context().setOffline(false);
  await expect(message(ben, "from the tunnel")).toBeVisible({ timeout: 30_000 });
  await expect(message(ada, "from the tunnel").getByRole("img", { name: /Sent|Read/ })).toBeVisible();
  await expect(message(ada, "did you arrive?")).toBeVisible({ timeout: 30_000 });
  // What was removed meanwhile is not brought back by the copy.
  await expect(message(ada, "have a good trip")).toHaveCount(0, { timeout: 30_000 });
  await live(ada);
  await expect(message(ben, "from the tunnel")).toHaveCount(1);

  // Whoever signs out leaves nothing behind.
  await ada.page.goto("/profile");
  await ada.page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(ada.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await settled(ada, 0);
});

test("F52: what is before one's eyes has no badge, also without a network after a reload", async ({ browser }) => {
  test.setTimeout(180_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace", worker);
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await say(ada, "before the tunnel");
  const chat = new URL(ada.page.url()).pathname;
  await ada.page.goto("/");
  await live(ada);
  await openChat(ben, "Ada Lovelace");
  await say(ben, "unread so far");
  const badge = ada.page.getByRole("navigation").getByRole("img", { name: "1 unread" });
  await expect(badge).toBeVisible();
  // Written down as it is now, and the page goes on without a network.
  const writtenDown = () => kept(ada, (text) => text.includes("unread so far"));
  await expect.poll(writtenDown, { timeout: 60_000 }).toBe(true);
  await settled(ada, 1);
  await ada.page.context().setOffline(true);
  await ada.page.goto(chat);
  await expect(message(ada, "unread so far")).toBeVisible();
  await expect(badge).toHaveCount(0);
  await ada.page.goto("/");
  await expect(badge).toBeVisible();
});

test("the page can be installed, and a new version waits until it is asked for", async ({ browser }) => {
  const door = await openDoor();
  const ada = await newPerson(browser, "1", "Ada Lovelace", { ...worker, baseURL: door.url });
  const { page } = ada;
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const devtools = await page.context().newCDPSession(page);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  // What a private window may never do says nothing about the page.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([]);
  await expect(page.getByText("A new version is ready")).toHaveCount(0);

  door.version = "the next one";
  await page.reload();
  await expect(page.getByText("A new version is ready")).toBeVisible();
  await picture(page, "new-version");
  const reloaded = page.waitForEvent("load");
  await page.getByRole("button", { name: "Reload" }).click();
  await reloaded;
  await live(ada);
  await expect(page.getByText("A new version is ready")).toHaveCount(0);
  await page.context().close();
  await door.close();
});
