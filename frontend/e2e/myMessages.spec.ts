import { expectAccessible, live, message, newPerson, openChat, type Person, picture, say, startGroup } from "./people";
import { devices, expect, test } from "./test";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

const listed = ({ page }: Person) => page.getByRole("main").getByRole("listitem");

/** Waits until a message is stored. */
const sent = (person: Person, text: string) =>
  expect(message(person, text).getByRole("img", { name: /^Sent|^Read/ })).toBeVisible();

test("what one has written is in one list, leads to its place, and stays when one has left the chat", async ({
  browser,
}) => {
  test.setTimeout(150_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await live(ada);
  await ada.page.getByRole("link", { name: "Profile" }).click();
  await ada.page.getByRole("link", { name: "Your messages" }).first().click();
  await expect(ada.page.getByText("You have not written anything yet")).toBeVisible();

  await startGroup(ben, "Evening choir", [ada]);
  await openChat(ada, "Evening choir");
  await say(ada, "Who brings the scores?");
  await sent(ada, "Who brings the scores?");
  await say(ben, "Not me.");
  await startGroup(ada, "Notes", []);
  await say(ada, "Buy **strings**");
  await sent(ada, "Buy");

  const link = ada.page.getByRole("navigation").getByRole("link", { name: "Your messages" });
  await link.click();
  await expect(ada.page.getByRole("heading", { name: "Your messages" })).toBeVisible();
  await expect(link).toHaveAttribute("aria-current", "page");
  await expect(listed(ada)).toHaveText([/Notes.*Buy strings/s, /Evening choir.*Who brings the scores\?/s]);
  await picture(ada.page, "my-messages");
  await expectAccessible(ada.page);
  for (const width of [360, 800]) {
    await ada.page.setViewportSize({ width, height: 800 });
    await expect(listed(ada)).toHaveCount(2);
    await picture(ada.page, `my-messages-${width}`);
    await expectAccessible(ada.page);
  }
  await ada.page.setViewportSize({ width: 1280, height: 720 });
  await listed(ada).nth(1).getByRole("link").click();
  await expect(ada.page).toHaveURL(/\/chats\/[^/]+\?at=/);
  await expect(message(ada, "Who brings the scores?")).toHaveAttribute("data-highlighted");

  // Out of the chat, one's own words remain, and lead nowhere.
  await ben.page.reload();
  await live(ben);
  await openChat(ben, "Evening choir");
  await ada.page.getByRole("button", { name: "Chat details" }).click();
  await ada.page.getByRole("button", { name: "Leave chat" }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Leave chat" }).click();
  await expect(ada.page.getByRole("navigation").getByRole("link", { name: /Evening choir/ })).toHaveCount(0);
  await link.click();
  await expect(listed(ada).nth(1)).toContainText("A chat that you left");
  await expect(listed(ada).nth(1)).toContainText("Who brings the scores?");
  await expect(listed(ada).nth(1).getByRole("link")).toHaveCount(0);
  await picture(ada.page, "my-messages-left");
  await expectAccessible(ada.page);
});

test("on a phone, in the dark, in German and in Arabic the list is a page of its own", async ({ browser }) => {
  test.setTimeout(150_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace", { ...phone, colorScheme: "dark" });
  const { page } = ada;
  await startGroup(ada, "Notes", []);
  await say(ada, "Buy strings");
  await sent(ada, "Buy strings");
  for (const [language, heading, code] of [
    ["Deutsch", "Deine Nachrichten", "de"],
    ["العربية", "رسائلك", "ar"],
  ] as const) {
    await page.goto("/profile");
    await page.locator("select").first().selectOption(language);
    await expect(page.locator("html")).toHaveAttribute("lang", code);
    await page.goto("/my-messages");
    await expect(page.getByRole("heading", { name: heading })).toBeVisible();
    await expect(listed(ada)).toHaveCount(1);
    await picture(page, `my-messages-${code}`);
    await expectAccessible(page);
    await page.goto("/");
    await expect(page.getByRole("link", { name: heading })).toBeVisible();
    await picture(page, `sidebar-${code}`);
    await expectAccessible(page);
  }
});
