import { ask, expectAccessible, openChat, picture, say, tokenOf } from "./people";
import { expect, test } from "./test";
import { chatLink, footer, inChat, inThread, openThread, pair, pane, reply, timeline } from "./threads";

test.describe.configure({ timeout: 150_000 });

test("whoever folds thread replies sees how many are hidden and where, opens them by key, and is led to one of them", async ({
  browser,
}) => {
  const text = "Who has the scores?";
  const { ada, ben } = await pair(browser, text);
  await openThread(ada, text);
  for (const one of ["Not me.", "Nor me.", "Perhaps Cleo."]) await reply(ada, one);
  await say(ada, "And the lamps?");
  await reply(ada, "Cleo has them.");
  await expect(inChat(ben, "Cleo has them.")).toBeVisible();
  const { page } = ben;
  await page.getByRole("link", { name: "Profile" }).click();
  const fold = page.getByRole("switch", { name: "Fold thread replies" });
  await fold.click();
  await expect(fold).toBeChecked();
  await picture(page, "fold-preference");
  await expectAccessible(page);
  // On this device only.
  await expect(inChat(ada, "Perhaps Cleo.")).toBeVisible();

  // What arrives while the reader is elsewhere stands below the line, folded too, and is read with the chat.
  await reply(ada, "She is ill.");
  await expect(chatLink(ben).getByRole("img", { name: "1 unread" })).toBeVisible();
  await openChat(ben, "Evening choir");
  const folds = (name: string) => timeline(ben).getByRole("button", { name, exact: true });
  await expect(folds("3 replies in threads")).toHaveAttribute("aria-expanded", "false");
  await expect(folds("1 reply in a thread")).toHaveCount(2);
  await expect(timeline(ben).getByText("New messages")).toBeVisible();
  await expect(inChat(ben, "Perhaps Cleo.")).toHaveCount(0);
  await expect(footer(ben, text)).toContainText("5 replies");
  await expect(chatLink(ben).getByRole("img", { name: /unread/ })).toHaveCount(0);
  await expect(inChat(ada, "She is ill.")).toBeVisible();
  await picture(page, "fold");
  await expectAccessible(page);
  const numbers = () =>
    timeline(ben).evaluate((list) =>
      [...list.querySelectorAll("article")].map((row) => Number(row.getAttribute("data-number"))),
    );
  expect(await numbers()).toEqual([1, 2, 5, 6, 7]);
  // More of them count there.
  await reply(ada, "But she will come.");
  await expect(folds("2 replies in threads")).toBeVisible();

  await timeline(ben).focus();
  await page.keyboard.press("End");
  for (let step = 0; step < 3; step += 1) await page.keyboard.press("ArrowUp");
  await expect(timeline(ben).getByRole("article", { name: "3 replies in threads" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(folds("3 replies in threads")).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(inChat(ben, "Nor me.")).toBeFocused();
  await expectAccessible(page);
  await picture(page, "fold-open");
  await page.keyboard.press("Enter");
  await expect(inThread(ben, "Nor me.")).toHaveAttribute("data-highlighted");
  await pane(ben).getByRole("button", { name: "Close" }).click();
  await folds("3 replies in threads").click();
  await expect(inChat(ben, "Nor me.")).toHaveCount(0);

  // A link to a reply in the chat opens what hides it.
  const chatId = new URL(page.url()).pathname.split("/")[2];
  const found = await ask(
    ben,
    "receiver",
    "query ($chatId: ID!) { messages(chatId: $chatId, first: 10) { nodes { id content } } }",
    { chatId },
    await tokenOf(ben),
  );
  const { id } = found.messages.nodes.find(({ content }: { content: string }) => content === "Perhaps Cleo.");
  await page.goto(`/chats/${chatId}?at=${id}`);
  await expect(inChat(ben, "Perhaps Cleo.")).toHaveAttribute("data-highlighted");
  await expect(folds("3 replies in threads").first()).toHaveAttribute("aria-expanded", "true");
  await expect(folds("3 replies in threads").last()).toHaveAttribute("aria-expanded", "false");
});
