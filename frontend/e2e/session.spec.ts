import { live, message, newPerson, PASSWORD, type Person, picture, pressUntilIn, say, startDirect } from "./people";
import { chromium, expect, type Page, test } from "./test";

async function signIn(page: Page, username: string): Promise<void> {
  await page.getByLabel("E-mail or username").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const chatOf = (person: Person) => new URL(person.page.url()).pathname;

async function adaAndBen(browser: Parameters<typeof newPerson>[0]) {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await say(ada, "all is well");
  await expect(message(ada, "all is well").getByRole("img", { name: /^(Sent|Delivered)$/ })).toBeVisible();
  return { ada, ben };
}

test("F2: signing out asks before it throws away what was not sent, and then leaves nothing (S15)", async ({
  browser,
}) => {
  const { ada } = await adaAndBen(browser);
  await ada.page.context().route("**/sender/graphql", (route) => route.abort());
  await say(ada, "not sent yet");
  await ada.page.getByLabel("Message", { exact: true }).fill("and a thought");
  await ada.page.getByRole("link", { name: "Profile" }).click();
  await ada.page.getByRole("button", { name: "Sign out", exact: true }).click();
  const dialog = ada.page.getByRole("dialog");
  await expect(dialog).toContainText(
    "1 message has not been sent yet. 1 draft has not been sent. Sign out and delete them?",
  );
  await picture(ada.page, "sign-out-asks");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await ada.page.reload();
  await ada.page.getByRole("button", { name: "Sign out", exact: true }).click();
  await dialog.getByRole("button", { name: "Sign out and delete" }).click();
  await expect(ada.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(new URL(ada.page.url()).search).toBe("");
  // How the page looks stays, and the token that spares this device's owner the waits of those who guess at passwords.
  const left = await ada.page.evaluate(async () => {
    const rows = async (name: string, store: string) =>
      new Promise<number>((resolve) => {
        const asked = indexedDB.open(name);
        asked.onsuccess = () => {
          const count = asked.result.transaction(store).objectStore(store).count();
          count.onsuccess = () => {
            asked.result.close();
            resolve(count.result);
          };
        };
      });
    return {
      keys: Object.keys(localStorage).filter((key) => !/^antiphon\.(preferences|devices)/.test(key)),
      rows: (await rows("antiphon", "entries")) + (await rows("antiphon-copy", "kept")),
    };
  });
  expect(left).toEqual({ keys: [], rows: 0 });
});

test("F2: what was not sent when the session ended waits for the same account, and is shown to no other", async ({
  browser,
}) => {
  const { ada, ben } = await adaAndBen(browser);
  const chat = chatOf(ada);
  await ada.page.context().route("**/sender/graphql", (route) => route.abort());
  await say(ada, "when I am back");
  await expect(message(ada, "when I am back")).toBeVisible();
  // As it ends from another device.
  await ada.page.evaluate(() => localStorage.removeItem("antiphon.session"));
  await ada.page.reload();
  await expect(ada.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await ada.page.context().unroute("**/sender/graphql");
  await signIn(ada.page, ben.username);
  await expect(ada.page.getByRole("heading", { name: "Ada Lovelace" })).toBeVisible();
  await live(ada);
  await expect(ada.page.getByText("when I am back")).toHaveCount(0);
  await ada.page.getByRole("link", { name: "Profile" }).click();
  await ada.page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(ada.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await signIn(ada.page, ada.username);
  await expect(ada.page.getByRole("heading", { name: "Chats", exact: true })).toBeVisible();
  await ada.page.goto(chat);
  await expect(message(ada, "when I am back").getByRole("img", { name: /^(Sent|Delivered)$/ })).toBeVisible();
});

test("F3, e4: a link to a chat leads there after signing in, also by way of signing up", async ({ browser }) => {
  test.setTimeout(180_000);
  const { ada } = await adaAndBen(browser);
  const chat = chatOf(ada);
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${chat}/details`);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByRole("link", { name: "Create account" }).click();
  await page.getByRole("link", { name: "Sign in" }).click();
  await signIn(page, ada.username);
  await expect(page).toHaveURL(new RegExp(`${chat}/details$`));
  await expect(page.getByRole("heading", { name: "Ben Okafor" }).first()).toBeVisible();

  // The session ends while one reads.
  await page.evaluate(() => localStorage.removeItem("antiphon.session"));
  await page.evaluate(() => dispatchEvent(new StorageEvent("storage", { key: "antiphon.session" })));
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await signIn(page, ada.username);
  await expect(page).toHaveURL(new RegExp(`${chat}/details$`));
});

test("F3: nobody is led elsewhere by a link to the sign-in page", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const { origin } = new URL(ada.page.url());
  for (const evil of ["https://evil.example/", "//evil.example/", "/%5Cevil.example", "/.//evil.example"]) {
    await ada.page.goto(`/sign-in?next=${evil}`);
    await expect(ada.page.getByRole("heading", { name: "Chats", exact: true })).toBeVisible();
    expect(ada.page.url()).toBe(`${origin}/`);
  }
});

/** A name of this machine that browsers do not count as safe: no locks, no workers. */
const PLAIN = "antiphon.test";

for (const secure of [true, false]) {
  test(`B14: two tabs that are reloaded together stay signed in, ${secure ? "on a secure origin" : "over plain http"}`, async () => {
    test.setTimeout(180_000);
    const url = new URL(process.env.ANTIPHON_URL!);
    if (!secure) url.hostname = PLAIN;
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", `--host-resolver-rules=MAP ${PLAIN} 127.0.0.1`],
    });
    const context = await browser.newContext({ baseURL: url.origin, locale: "en-GB" });
    const first = await context.newPage();
    await first.goto("/sign-up");
    expect(await first.evaluate(() => isSecureContext)).toBe(secure);
    const username = `ada${Date.now().toString(36)}${secure}`;
    await first.getByLabel("Name (optional)").fill("Ada Lovelace");
    await first.getByLabel("Username").fill(username);
    await first.getByLabel("E-mail").fill(`${username}@example.org`);
    await first.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await pressUntilIn(first, "Create account");
    const second = await context.newPage();
    await second.goto("/");
    for (let round = 1; round <= 12; round += 1) {
      await Promise.all([first.reload(), second.reload()]);
      for (const page of [first, second]) {
        await expect(page.getByTestId("connection")).toHaveAttribute("data-state", "live");
      }
    }
    await browser.close();
  });
}
