import { live, message, newPerson, openChat, picture, say, startDirect } from "./people";
import { expect, test } from "./test";

test("two people on different instances talk, and see each other type and read", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await live(ada);
  await live(ben);

  await startDirect(ada, ben);
  await say(ada, "Hello Ben, are you there?");
  await expect(message(ada, "Hello Ben")).toBeVisible();

  const row = ben.page.getByRole("navigation").getByRole("link", { name: "Ada Lovelace" });
  await expect(row).toContainText("Hello Ben, are you there?");
  await expect(row.getByRole("img", { name: "1 unread" })).toBeVisible();
  await expect(message(ada, "Hello Ben").getByRole("img", { name: "Delivered" })).toBeVisible();

  await openChat(ben, "Ada Lovelace");
  await expect(message(ben, "Hello Ben")).toBeVisible();
  await expect(row.getByRole("img", { name: /unread/ })).toHaveCount(0);
  await expect(message(ada, "Hello Ben").getByRole("img", { name: "Read" })).toBeVisible();

  await ben.page.getByLabel("Message", { exact: true }).pressSequentially("Yes", { delay: 40 });
  await expect(ada.page.getByRole("main").getByText("Ben Okafor is typing…")).toBeVisible();
  await say(ben, "Yes, all ears.");
  await expect(message(ada, "all ears")).toBeVisible();
  await expect(ada.page.getByRole("main").getByText("is typing")).toHaveCount(0);
  await picture(ada.page, "direct");
});

test("F40, F22: a direct chat's details show the other person, and say that pins and mutes hold on all devices", async ({
  browser,
}) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const { page } = ada;
  await startDirect(ada, ben);
  await page.getByRole("button", { name: "Chat details" }).click();
  const details = page.getByRole("complementary", { name: "Chat details" });
  await expect(details.getByText("Ben Okafor", { exact: true })).toBeVisible();
  await expect(details.getByText(`@${ben.username}`)).toBeVisible();
  await expect(details.getByText(/participant/)).toHaveCount(0);
  await expect(details.getByText(/Ada Lovelace/)).toHaveCount(0);
  await expect(details.getByText("On all of your devices.")).toBeVisible();
  await picture(page, "details-direct");
});

test("a message received causes no query", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await say(ada, "first");
  await openChat(ben, "Ada Lovelace");
  await expect(message(ben, "first")).toBeVisible();
  await ben.page.waitForTimeout(1_500);

  const asked: string[] = [];
  ben.page.on("request", (request) => {
    if (request.method() === "POST") asked.push(request.postDataJSON()?.operationName ?? request.url());
  });
  for (const text of ["one", "two", "three"]) {
    await say(ada, text);
    await expect(message(ben, text)).toBeVisible();
  }
  expect(asked.filter((name) => name !== "MarkAsRead")).toEqual([]);
});

test("a message is edited, answered and removed, and the other side sees it live", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await say(ada, "See you on Tuseday");
  await openChat(ben, "Ada Lovelace");
  await expect(message(ben, "Tuseday")).toBeVisible();

  await ada.page.getByLabel("Message", { exact: true }).press("ArrowUp");
  await expect(ada.page.getByText("Editing your message")).toBeVisible();
  await say(ada, "See you on Tuesday");
  await expect(message(ben, "See you on Tuesday")).toContainText("edited");

  await message(ben, "Tuesday").hover();
  await message(ben, "Tuesday").getByRole("button", { name: "Reply", exact: true }).click();
  await say(ben, "Tuesday it is");
  const answer = message(ada, "Tuesday it is");
  await expect(answer.getByRole("button", { name: "Go to the message of Ada Lovelace" })).toContainText(
    "See you on Tuesday",
  );

  const first = ada.page.getByRole("article").first();
  await first.hover();
  await first.getByRole("button", { name: /^Actions/ }).click();
  await ada.page.getByRole("menuitem", { name: "Remove" }).click();
  await expect(ben.page.getByRole("article").first()).toContainText("Message removed");
  await expect(answer.getByRole("button", { name: /Go to/ })).toContainText("Message removed");
});
