import {
  expectAccessible,
  live,
  message,
  newPerson,
  openChat,
  type Person,
  picture,
  say,
  secondDevice,
  startGroup,
} from "./people";
import { type Browser, devices, expect, test } from "./test";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

test.describe.configure({ timeout: 150_000 });

/** Two people in a group; the first has it open, the second looks at their profile. */
async function pair(browser: Browser, options: Parameters<typeof newPerson>[3] = {}) {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor", options);
  await live(ben);
  await startGroup(ada, "Evening choir", [ben]);
  await ben.page.goto("/profile");
  await live(ben);
  return { ada, ben };
}

const field = ({ page }: Person) => page.getByLabel("Message", { exact: true });
const options = ({ page }: Person) => page.getByRole("listbox", { name: "Participants to mention", exact: true });
const chatLink = ({ page }: Person) => page.getByRole("navigation").getByRole("link", { name: /Evening choir/ });
const badge = (person: Person) => chatLink(person).getByRole("img", { name: /mentions? of you$/ });
const mentionsLink = ({ page }: Person) => page.getByRole("navigation").getByRole("link", { name: /^Mentions/ });
const listed = ({ page }: Person) => page.getByRole("main").getByRole("link");
const named = (person: Person, text: string, name: string) =>
  message(person, text).locator("[title^='@']").filter({ hasText: name });

/** Edits the last own message to say something else. */
async function editLast(person: Person, text: string): Promise<void> {
  await field(person).press("ArrowUp");
  await field(person).fill(text);
  await field(person).press("Enter");
  // Whom it names is called as they are called once it is saved.
  const shown = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/@[\w-]+/g, "@.+");
  const article = person.page.getByRole("article").filter({ hasText: new RegExp(shown) });
  await expect(article).toContainText("edited");
}

test("who is mentioned sees it at once in the list of chats, in the message and in the list of mentions, and after a reload", async ({
  browser,
}) => {
  const { ada, ben } = await pair(browser);
  await say(ada, `Do you have the scores, @${ben.username}?`);
  await say(ada, "And something for nobody.");
  await expect(badge(ben)).toHaveAccessibleName("1 mention of you");
  await expect(chatLink(ben).getByRole("img", { name: "2 unread", exact: true })).toBeVisible();
  await expect(mentionsLink(ben).getByRole("img", { name: "1 mention of you", exact: true })).toBeVisible();
  await picture(ben.page, "mentions-badge");
  // The author sees the name of then as it is now, and is not called.
  await expect(named(ada, "Do you have the scores", "@Ben Okafor")).toBeVisible();
  await expect(badge(ada)).toHaveCount(0);

  await ben.page.reload();
  await live(ben);
  await expect(badge(ben)).toHaveAccessibleName("1 mention of you");
  await mentionsLink(ben).click();
  await expect(ben.page.getByRole("heading", { name: "Mentions", exact: true })).toBeVisible();
  await expect(listed(ben)).toHaveCount(1);
  await expect(listed(ben)).toContainText("Ada Lovelace: Do you have the scores, @Ben Okafor?");
  await picture(ben.page, "mentions-page");
  await expectAccessible(ben.page);
  await say(ada, "One more for @all of you.");
  await expect(listed(ben)).toHaveCount(2);
  await expect(listed(ben).first()).toContainText("One more for @all of you.");

  // The way there is the address of the message.
  await listed(ben).nth(1).click();
  await expect(ben.page).toHaveURL(/\/chats\/[^/]+\?at=/);
  const row = message(ben, "Do you have the scores");
  await expect(row).toHaveAttribute("data-highlighted");
  await expect(row).toHaveAccessibleName(/^Ada Lovelace, .*, mentions you$/);
  await expect(named(ben, "Do you have the scores", "@Ben Okafor")).toHaveAttribute("data-me");
  await expect(message(ben, "One more for @all")).toHaveAccessibleName(/, mentions you$/);
  await expect(message(ben, "And something for nobody")).not.toHaveAccessibleName(/mentions you/);
  await expect(badge(ben)).toHaveCount(0);
  await expect(mentionsLink(ben).getByRole("img")).toHaveCount(0);
  await picture(ben.page, "mentions-message");
  for (const person of [ada, ben]) await expectAccessible(person.page);
});

test("code, quotes and strangers' names call nobody, and the field says which names stay text", async ({ browser }) => {
  const { ada, ben } = await pair(browser);
  await field(ada).fill(`Hello @nobody_at_all and @${ben.username}, \`@in_code\``);
  await expect(ada.page.getByText("@nobody_at_all stays text: nobody in this chat has that username.")).toBeVisible();
  await picture(ada.page, "mentions-stay-text");
  await expectAccessible(ada.page);
  await field(ada).fill("");
  await say(ada, `In code: \`@${ben.username}\``);
  await say(ada, `> quoted @${ben.username}`);
  await say(ada, `\\@${ben.username} is escaped, x@${ben.username}.example is not me`);
  await say(ada, "@nobody_at_all was here");
  await expect(chatLink(ben).getByRole("img", { name: "4 unread", exact: true })).toBeVisible();
  await expect(badge(ben)).toHaveCount(0);
  await openChat(ben, "Evening choir");
  await expect(message(ben, "@nobody_at_all was here")).toBeVisible();
  await expect(ben.page.getByRole("region", { name: "Messages", exact: true }).locator("[title^='@']")).toHaveCount(0);
});

test("an edit calls whom it names and calls off whom it names no more, and a removal does", async ({ browser }) => {
  const { ada, ben } = await pair(browser);
  const name = `@${ben.username}`;
  await say(ada, "Who can help?");
  await expect(chatLink(ben).getByRole("img", { name: "1 unread", exact: true })).toBeVisible();
  await expect(badge(ben)).toHaveCount(0);
  await editLast(ada, `Can you help, ${name}?`);
  await expect(badge(ben)).toHaveAccessibleName("1 mention of you");
  await mentionsLink(ben).click();
  await expect(listed(ben)).toHaveCount(1);
  await editLast(ada, "Can anybody help?");
  await expect(badge(ben)).toHaveCount(0);
  await expect(listed(ben)).toHaveCount(0);
  await expect(ben.page.getByText("Nobody has mentioned you yet")).toBeVisible();
  await expectAccessible(ben.page);
  await editLast(ada, `Help, ${name}!`);
  await expect(badge(ben)).toHaveAccessibleName("1 mention of you");
  await ben.page.reload();
  await live(ben);
  await expect(badge(ben)).toHaveAccessibleName("1 mention of you");
  await message(ada, "Help, @Ben Okafor!").press("Enter");
  await ada.page.getByRole("menuitem", { name: "Remove", exact: true }).click();
  await expect(badge(ben)).toHaveCount(0, { timeout: 40_000 });
  await expect(listed(ben)).toHaveCount(0);
});

test("what is read on one device is no longer called for on the other", async ({ browser }) => {
  const { ada, ben } = await pair(browser);
  const other = await secondDevice(browser, "1", ben);
  await say(ada, `@${ben.username}, are you there?`);
  for (const device of [ben, other]) {
    await expect(badge(device)).toHaveAccessibleName("1 mention of you");
    await expect(mentionsLink(device).getByRole("img", { name: "1 mention of you", exact: true })).toBeVisible();
  }
  await chatLink(other).click();
  await expect(message(other, "are you there?")).toBeVisible();
  for (const device of [ben, other]) {
    await expect(badge(device)).toHaveCount(0);
    await expect(mentionsLink(device).getByRole("img")).toHaveCount(0);
  }
  await ben.page.reload();
  await live(ben);
  await expect(badge(ben)).toHaveCount(0);
});

test("a mention that comes while the page is still loading is counted", async ({ browser }) => {
  const { ada, ben } = await pair(browser);
  const { page } = ben;
  await say(ada, "Before.");
  await expect(chatLink(ben).getByRole("img", { name: "1 unread", exact: true })).toBeVisible();
  // The list is read before the mention, and comes after it.
  let [held, release] = [false, () => {}];
  await page.route("**/receiver/graphql", async (route) => {
    if (held || route.request().postDataJSON()?.operationName !== "Chats") return route.continue();
    held = true;
    const answer = await route.fetch();
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    await route.fulfill({ response: answer });
  });
  await page.reload({ waitUntil: "commit" });
  await expect.poll(() => held).toBe(true);
  await page.waitForTimeout(1_000);
  await say(ada, `@${ben.username}, just now.`);
  await expect(message(ada, "just now.").getByRole("img", { name: /^(Sent|Delivered)$/ })).toBeVisible();
  release();
  await live(ben);
  await expect(badge(ben)).toHaveAccessibleName("1 mention of you");
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("offline one's own mention is plain text until it is sent, and who comes back online learns whom they missed", async ({
  browser,
}) => {
  const { ada, ben } = await pair(browser);
  await ada.page.context().setOffline(true);
  await expect(ada.page.getByText(/^Offline\./)).toBeVisible();
  await say(ada, `Into the tunnel, @${ben.username}`);
  const waiting = message(ada, "Into the tunnel");
  await expect(waiting).toContainText("Waiting for the network");
  await expect(waiting).toContainText(`@${ben.username}`);
  await expect(waiting.locator("[title^='@']")).toHaveCount(0);
  await picture(ada.page, "mentions-offline");
  await ben.page.context().setOffline(true);
  await expect(ben.page.getByText(/^Offline\./)).toBeVisible();
  await ada.page.context().setOffline(false);
  await expect(named(ada, "Into the tunnel", "@Ben Okafor")).toBeVisible({ timeout: 40_000 });
  await expect(badge(ben)).toHaveCount(0);
  await ben.page.context().setOffline(false);
  await expect(badge(ben)).toHaveAccessibleName("1 mention of you", { timeout: 40_000 });

  // An edit through the outbox is plain text, too, until it is taken.
  await ada.page.context().setOffline(true);
  await expect(ada.page.getByText(/^Offline\./)).toBeVisible();
  await editLast(ada, `Out of it again, @${ben.username}`);
  const edited = message(ada, "Out of it again");
  await expect(edited.locator("[title^='@']")).toHaveCount(0);
  await ada.page.context().setOffline(false);
  await expect(named(ada, "Out of it again", "@Ben Okafor")).toBeVisible({ timeout: 40_000 });
});

test("with nothing but a keyboard one finds a name, takes it, and sends", async ({ browser }) => {
  const { ada, ben } = await pair(browser);
  const { page } = ada;
  await field(ada).focus();
  await page.keyboard.type("Good evening, @be");
  await expect(options(ada).getByRole("option")).toHaveCount(1);
  const option = options(ada).getByRole("option", { name: `Ben Okafor @${ben.username}`, exact: true });
  await expect(option).toHaveAttribute("aria-selected", "true");
  await expect(field(ada)).toHaveAttribute("aria-activedescendant", (await option.getAttribute("id"))!);
  await picture(page, "mentions-completion");
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await expect(field(ada)).toHaveValue(`Good evening, @${ben.username} `);
  await expect(options(ada)).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect(field(ada)).toHaveValue("Good evening, @be");
  // What was taken is marked now; behind it one goes on.
  await page.keyboard.press("ArrowRight");
  await expect(options(ada)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(options(ada)).toHaveCount(0);
  await page.keyboard.type(" @");
  await expect(options(ada).getByRole("option")).toHaveCount(2);
  await page.keyboard.press("ArrowUp");
  await expect(options(ada).getByRole("option", { name: /^Everyone in this chat/, selected: true })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(field(ada)).toHaveValue("Good evening, @be @all ");
  await page.keyboard.press("Enter");
  await expect(badge(ben)).toHaveAccessibleName("1 mention of you");
  await page.getByRole("region", { name: "Messages", exact: true }).press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts", exact: true })).toContainText(
    "Mention someone, in the field",
  );
});

test("with a finger one takes a name on a phone, and sees there who calls", async ({ browser }) => {
  const { ada, ben } = await pair(browser, phone);
  const { page } = ben;
  await page.goto("/");
  await say(ada, `Are you on the bus, @${ben.username}?`);
  await expect(badge(ben)).toHaveAccessibleName("1 mention of you");
  await picture(page, "mentions-badge-phone");
  await expectAccessible(page);
  await chatLink(ben).tap();
  await expect(named(ben, "Are you on the bus", "@Ben Okafor")).toHaveAttribute("data-me");
  await field(ben).tap();
  await field(ben).pressSequentially("Yes, @ada");
  const option = options(ben).getByRole("option", { name: /^Ada Lovelace/ });
  await expect(option).toBeVisible();
  const box = (await option.boundingBox())!;
  expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44);
  await picture(page, "mentions-completion-phone");
  await expectAccessible(page);
  await option.tap();
  await expect(field(ben)).toHaveValue(`Yes, @${ada.username} `);
  await expect(field(ben)).toBeFocused();
  await page.getByRole("button", { name: "Send", exact: true }).tap();
  await expect(named(ada, "Yes,", "@Ada Lovelace")).toHaveAttribute("data-me");
});

test("in a thread one is called as in the chat, and led to the reply", async ({ browser }) => {
  const { ada, ben } = await pair(browser);
  await say(ada, "Who sings what?");
  await expect(message(ada, "Who sings what?").getByRole("img", { name: /^(Sent|Delivered)$/ })).toBeVisible();
  await message(ada, "Who sings what?").press("Enter");
  await ada.page.getByRole("menuitem", { name: "Reply in thread", exact: true }).click();
  const pane = ada.page.getByRole("complementary", { name: "Thread", exact: true });
  await pane.getByLabel("Reply in the thread").fill(`The second voice, @${ben.username}?`);
  await pane.getByLabel("Reply in the thread").press("Enter");
  await expect(badge(ben)).toHaveAccessibleName("1 mention of you");
  await mentionsLink(ben).click();
  await listed(ben).click();
  await expect(ben.page).toHaveURL(/\/thread\/[^/]+\?at=/);
  const reply = ben.page.getByRole("complementary", { name: "Thread", exact: true }).getByRole("article");
  await expect(reply.filter({ hasText: "The second voice" })).toHaveAccessibleName(/, mentions you$/);
  await expect(message(ben, "replied in a thread: The second voice, @Ben Okafor?")).toBeVisible();
  await expectAccessible(ben.page);
});

test("old mentions show the new name of who has changed it", async ({ browser }) => {
  const { ada, ben } = await pair(browser);
  await say(ada, `Welcome, @${ben.username}`);
  await expect(named(ada, "Welcome", "@Ben Okafor")).toBeVisible();
  await ben.page.getByLabel("Name", { exact: true }).fill("Benedict Okafor");
  await ben.page.getByRole("button", { name: "Save", exact: true }).first().click();
  await expect(ben.page.getByText("Saved.", { exact: true }).first()).toBeVisible();
  await expect(async () => {
    await ada.page.reload();
    await expect(named(ada, "Welcome", "@Benedict Okafor")).toBeVisible({ timeout: 5_000 });
  }).toPass();
});

test("in a muted chat, a mention is told of nevertheless", async ({ browser }) => {
  const { ada, ben } = await pair(browser);
  const { page } = ben;
  await page.addInitScript(() => {
    const shown: string[] = [];
    class Watched {
      static permission = "granted";
      static requestPermission = async () => "granted";
      onclick = () => {};
      constructor(title: string, { body }: { body: string }) {
        shown.push(`${title} | ${body}`);
      }
      close() {}
    }
    Object.assign(window, { Notification: Watched, shown });
  });
  await page.goto("/profile");
  await page.getByRole("switch", { name: "Show notifications", exact: true }).click();
  await chatLink(ben).click();
  await page.getByRole("button", { name: "Chat details", exact: true }).click();
  await page.getByRole("switch", { name: "Mute", exact: true }).click();
  await page.goto("/profile");
  await live(ben);
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await say(ada, "nobody is told of this");
  await expect(chatLink(ben).getByRole("img", { name: "1 unread", exact: true })).toBeVisible();
  await page.waitForTimeout(1_500);
  const shown = () => page.evaluate(() => Reflect.get(window, "shown") as string[]);
  expect(await shown()).toEqual([]);
  await say(ada, `but of this, @${ben.username}`);
  await expect.poll(shown).toEqual(["Evening choir | Ada Lovelace mentioned you: but of this, @Ben Okafor"]);
});

test("mentions fit every width, in light and dark, and on the other side in Arabic", async ({ browser }) => {
  test.setTimeout(240_000);
  const { ada, ben } = await pair(browser, { colorScheme: "dark" });
  await say(ada, `A fine evening, @${ben.username}, and a question that needs a second line: who sings, @all?`);
  await expect(badge(ben)).toBeVisible();
  for (const width of [360, 768, 1280]) {
    await ben.page.setViewportSize({ width, height: 800 });
    await ben.page.goto("/mentions");
    await expect(listed(ben)).toHaveCount(1);
    await expectAccessible(ben.page);
    await picture(ben.page, `mentions-page-dark-${width}`);
    await ada.page.setViewportSize({ width, height: 800 });
    await field(ada).fill("");
    await field(ada).pressSequentially("@be");
    await expect(options(ada)).toBeVisible();
    await expectAccessible(ada.page);
    await picture(ada.page, `mentions-light-${width}`);
    for (const { page } of [ada, ben]) {
      const over = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(over, String(width)).toBe(false);
    }
  }
  await listed(ben).click();
  await expect(message(ben, "A fine evening")).toBeVisible();
  await picture(ben.page, "mentions-message-dark");
  await expectAccessible(ben.page);

  const { page } = ada;
  await page.evaluate(() => localStorage.setItem("antiphon.language", "ar"));
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  const written = page.getByLabel("رسالة", { exact: true });
  await written.fill("");
  await written.pressSequentially("مرحبا @be");
  await expect(page.getByRole("listbox", { name: "من يمكن الإشارة إليهم" }).getByRole("option")).toHaveCount(1);
  await picture(page, "mentions-arabic");
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 800 });
  await picture(page, "mentions-arabic-360");
  await expectAccessible(page);
});
