import { openDoor } from "./door";
import { live, message, newPerson, openChat, type Person, picture, say, startDirect } from "./people";
import { expect, type Page, test } from "./test";

// Browsers that wait for a storage that is full or does not answer take their time, the more so on a busy machine.
test.describe.configure({ timeout: 240_000 });

/** Two people in a direct chat, which both have open. */
async function pair(browser: Parameters<typeof newPerson>[0], options: Parameters<typeof newPerson>[3] = {}) {
  const ada = await newPerson(browser, "1", "Ada Lovelace", options);
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await say(ada, "all is well");
  await openChat(ben, "Ada Lovelace");
  await expect(message(ben, "all is well")).toBeVisible();
  return { ada, ben };
}

/** The service that writes cannot be reached, while the page itself can. */
const cutOff = ({ page }: Person) => page.context().route("**/sender/graphql", (route) => route.abort());
const reconnect = ({ page }: Person) => page.context().unroute("**/sender/graphql");

/** Another tab of the same browser, in the same chat. */
async function secondTab(person: Person): Promise<Person> {
  const page = await person.page.context().newPage();
  await page.goto(new URL(person.page.url()).pathname);
  const tab = { ...person, page };
  await live(tab);
  return tab;
}

/** The texts that a page has asked the service to add, in order, without repetitions. */
function sentBy(page: Page): string[] {
  const texts: string[] = [];
  page.on("request", (request) => {
    if (request.method() !== "POST" || request.postDataJSON()?.operationName !== "CreateMessage") return;
    const { content } = request.postDataJSON().variables.input;
    if (texts.at(-1) !== content) texts.push(content);
  });
  return texts;
}

const textsOf = async (person: Person, pattern: RegExp) => {
  const texts = await message(person, "").allInnerTexts();
  return texts.flatMap((text) => pattern.exec(text)?.[0] ?? []);
};

test("B9: messages arrive in the order written, also when the clock was put back between two of them", async ({
  browser,
}) => {
  const { ada, ben } = await pair(browser);
  await ada.page.context().addInitScript(() => {
    const shift = Number(localStorage.getItem("test.shift") ?? 0);
    const now = Date.now.bind(Date);
    Date.now = () => now() + shift;
  });
  await cutOff(ada);
  const writeWithClock = async (shift: number, text: string) => {
    await ada.page.evaluate((ms) => localStorage.setItem("test.shift", String(ms)), shift);
    await ada.page.reload();
    await say(ada, text);
    await expect(message(ada, text)).toBeVisible();
  };
  await writeWithClock(3_600_000, "stay 1");
  await writeWithClock(0, "stay 2");
  await writeWithClock(-3_600_000, "stay 3");
  await ada.page.reload();
  await expect(message(ada, "stay 3")).toBeVisible();
  expect(await textsOf(ada, /stay \d/)).toEqual(["stay 1", "stay 2", "stay 3"]);
  await reconnect(ada);
  await expect(message(ben, "stay 3")).toBeVisible({ timeout: 40_000 });
  expect(await textsOf(ben, /stay \d/)).toEqual(["stay 1", "stay 2", "stay 3"]);
});

test("B10: with an IndexedDB that never answers the chat opens and the message leaves", async ({ browser }) => {
  const { ada, ben } = await pair(browser);
  const holder = await ada.page.context().newPage();
  await holder.goto("/icon.svg");
  await holder.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) {
      await new Promise<void>((resolve) => {
        const asked = indexedDB.open(name!, 99);
        asked.onupgradeneeded = () => {
          const store = asked.result.createObjectStore("held");
          const hold = () => {
            store.get(1).onsuccess = hold;
          };
          hold();
          resolve();
        };
      });
    }
  });
  await ada.page.reload();
  await expect(message(ada, "all is well")).toBeVisible();
  await say(ada, "through the standstill");
  await expect(message(ben, "through the standstill")).toBeVisible();
  await cutOff(ada);
  await say(ada, "kept without it");
  await ada.page.reload();
  await expect(message(ada, "kept without it")).toBeVisible();
  await reconnect(ada);
  await expect(message(ben, "kept without it")).toBeVisible({ timeout: 40_000 });
  await expect(message(ben, "without it")).toHaveCount(1);
});

test("B11: a message outlives a reload after the browser has closed the connections to IndexedDB", async ({
  browser,
}) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await ada.page.context().addInitScript(() => {
    const handles: IDBDatabase[] = [];
    Object.assign(window, { handles });
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (...args) {
      const request = open.apply(this, args);
      request.addEventListener("success", () => handles.push(request.result));
      return request;
    };
    // What localStorage would save is not what this is about.
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = function (key, value) {
      if (key.includes("antiphon.kept")) throw new DOMException("full", "QuotaExceededError");
      setItem.call(this, key, value);
    };
  });
  await ada.page.reload();
  await startDirect(ada, ben);
  await say(ada, "all is well");
  await openChat(ben, "Ada Lovelace");
  await cutOff(ada);
  await ada.page.evaluate(() => {
    for (const handle of Reflect.get(window, "handles") as IDBDatabase[]) handle.close();
  });
  await say(ada, "after the sleep");
  await expect(message(ada, "after the sleep")).toBeVisible();
  await expect(ada.page.getByText("no room")).toHaveCount(0);
  await ada.page.reload();
  await expect(message(ada, "after the sleep")).toBeVisible();
  await reconnect(ada);
  await expect(message(ben, "after the sleep")).toBeVisible({ timeout: 40_000 });
});

/** Fills localStorage to the last byte. */
const fill = (page: Page) =>
  page.evaluate(() => {
    let text = "x".repeat(5_000_000);
    for (let piece = 0; text.length > 0; piece += 1) {
      try {
        localStorage.setItem(`fill ${piece}`, text);
      } catch {
        text = text.slice(0, text.length / 2);
      }
    }
  });

test("B12: with a full localStorage one writes, picks emoji, removes, and signs in", async ({ browser }) => {
  const { ada, ben } = await pair(browser);
  await say(ada, "to be removed");
  await expect(message(ben, "to be removed")).toBeVisible();
  await fill(ada.page);
  await ada.page.getByRole("button", { name: "Emoji" }).click();
  await ada.page.getByRole("button", { name: "grinning face", exact: true }).click();
  await expect(ada.page.getByLabel("Message", { exact: true })).toHaveValue("😀");
  await say(ada, "there is room for this");
  await expect(message(ben, "there is room for this")).toBeVisible();
  await message(ada, "to be removed").hover();
  await message(ada, "to be removed")
    .getByRole("button", { name: /^Actions/ })
    .click();
  await ada.page.getByRole("menuitem", { name: "Remove" }).click();
  await expect(message(ben, "Message removed")).toBeVisible();

  await cutOff(ada);
  await say(ada, "over a reload");
  await expect(message(ada, "over a reload")).toBeVisible();
  await ada.page.reload();
  await expect(message(ada, "over a reload")).toBeVisible();
  await reconnect(ada);
  await expect(message(ben, "over a reload")).toBeVisible({ timeout: 40_000 });

  const other = await ada.page.context().browser()!.newContext();
  const page = await other.newPage();
  await page.goto("/sign-in");
  await fill(page);
  await page.getByLabel("E-mail or username").fill(ada.username);
  await page.getByLabel("Password", { exact: true }).fill("quiet harbour lantern 7");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Chats", exact: true })).toBeVisible();
  await expect(page.getByText("you are signed in in this tab only")).toBeVisible();
  await picture(page, "storage-full");
});

test("tabs: of two that are open one sends, once and in order; what is discarded in either is sent by none", async ({
  browser,
}) => {
  const { ada, ben } = await pair(browser);
  const other = await secondTab(ada);
  await cutOff(ada);
  await say(ada, "kept 1");
  await say(other, "kept 2");
  await say(ada, "regretted");
  await say(other, "kept 3");
  for (const tab of [ada, other]) {
    await expect(message(tab, "kept 3")).toBeVisible();
    expect(await textsOf(tab, /kept \d|regretted/)).toEqual(["kept 1", "kept 2", "regretted", "kept 3"]);
  }
  await message(other, "regretted").getByRole("button", { name: "Discard" }).click();
  await expect(message(ada, "regretted")).toHaveCount(0);
  const [byAda, byOther] = [sentBy(ada.page), sentBy(other.page)];
  await reconnect(ada);
  await expect(message(ben, "kept 3")).toBeVisible({ timeout: 40_000 });
  expect(await textsOf(ben, /kept \d|regretted/)).toEqual(["kept 1", "kept 2", "kept 3"]);
  const both = [byAda, byOther].filter((texts) => texts.length > 0);
  expect(both).toEqual([["kept 1", "kept 2", "kept 3"]]);
});

test("tabs: a draft is one draft, outlives a reload, shows in the list, and is gone where it was sent elsewhere (F10)", async ({
  browser,
}) => {
  const { ada, ben } = await pair(browser);
  const other = await secondTab(ada);
  const field = ({ page }: Person) => page.getByLabel("Message", { exact: true });
  await field(ada).fill("half a thought");
  await expect(field(other)).toHaveValue("half a thought");
  await ada.page.reload();
  await expect(field(ada)).toHaveValue("half a thought");
  await ada.page.goto("/");
  await expect(ada.page.getByRole("navigation").getByText("Draft: half a thought")).toBeVisible();
  await picture(ada.page, "draft");
  await field(other).press("Enter");
  await expect(message(ben, "half a thought")).toBeVisible();
  await expect(ada.page.getByText(/^Draft:/)).toHaveCount(0);
});

test("B3: an edit that cannot be saved yet is shown, kept over a reload, and saved when it can be", async ({
  browser,
}) => {
  const { ada, ben } = await pair(browser);
  await cutOff(ada);
  const field = ada.page.getByLabel("Message", { exact: true });
  await field.press("ArrowUp");
  await field.fill("all is much better");
  await field.press("Enter");
  await expect(message(ada, "all is much better")).toBeVisible();
  await expect(ada.page.getByText("Not saved yet. Trying again…")).toBeVisible();
  await picture(ada.page, "edit-waits");
  await ada.page.reload();
  await expect(message(ada, "all is much better")).toBeVisible();
  await expect(message(ben, "all is well")).toBeVisible();
  await reconnect(ada);
  await expect(message(ben, "all is much better")).toBeVisible({ timeout: 40_000 });
  await expect(ada.page.getByText("Not saved yet. Trying again…")).toHaveCount(0);
});

for (const trouble of ["away", "silent"] as const) {
  test(`F6: a sender that is ${trouble} shows within five seconds, at the message and above the list`, async ({
    browser,
  }) => {
    const door = await openDoor();
    const { ada, ben } = await pair(browser, { baseURL: door.url });
    door.sender = trouble;
    await say(ada, "is anybody there?");
    const word = message(ada, "is anybody there?").getByText("Not sent yet. Trying again…");
    await expect(word).toBeVisible({ timeout: 5_000 });
    await expect(ada.page.getByText("Messages and changes cannot be sent at the moment.")).toBeVisible();
    await picture(ada.page, `sender-${trouble}`);
    door.sender = "up";
    await message(ada, "is anybody there?").getByRole("button", { name: "Try again" }).click();
    await expect(message(ben, "is anybody there?")).toBeVisible({ timeout: 40_000 });
    await expect(word).toHaveCount(0);
    await expect(ada.page.getByText("Messages and changes cannot be sent")).toHaveCount(0);
    await expect(message(ben, "is anybody there?")).toHaveCount(1);
    await door.close();
  });
}
