import { expectAccessible, live, message, newPerson, openChat, picture, say, startGroup } from "./people";
import { expect, test } from "./test";

test("a group is created, renamed, joined by others and left, live for everyone", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const cleo = await newPerson(browser, "1", "Cleo Marsh");
  await live(ben);
  await startGroup(ada, "Choir rehearsal", [ben]);
  await say(ada, "Welcome!");
  await openChat(ben, "Choir rehearsal");
  await expect(message(ben, "Welcome!")).toContainText("Ada Lovelace");
  await expect(message(ada, "Welcome!").getByRole("img", { name: "Read" })).toBeVisible();

  await ada.page.getByRole("button", { name: "Chat details" }).click();
  const details = ada.page.getByRole("complementary", { name: "Chat details" });
  // F41: what the chat is stands there once, and is changed where it stands.
  await details.getByRole("button", { name: "Change name and description" }).click();
  await details.getByLabel("Chat name").fill("Evening choir");
  await details.getByRole("button", { name: "Save" }).click();
  await expect(ben.page.getByRole("heading", { name: "Evening choir" })).toBeVisible();

  await details.getByRole("button", { name: "Add participants" }).click();
  await ada.page.getByLabel("Find people").fill(cleo.username);
  await ada.page.getByRole("button", { name: "Add Cleo Marsh" }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Add participants" }).click();
  await expect(details.getByText("3 participants")).toBeVisible();
  await openChat(cleo, "Evening choir");
  await expect(message(cleo, "Welcome!")).toBeVisible();
  await expect(ben.page.getByText("3 participants")).toBeVisible();
  await expect(cleo.page.getByText("3 participants")).toBeVisible();
  await say(cleo, "Thanks for having me");
  await expect(message(ben, "Thanks for having me")).toContainText("Cleo Marsh");
  await picture(ada.page, "group-details");
  await expectAccessible(ada.page);

  await details.getByRole("button", { name: "Actions for Ben Okafor" }).click();
  await ada.page.getByRole("menuitem", { name: "Make admin" }).click();
  await expect(details.getByRole("listitem").filter({ hasText: "Ben Okafor" })).toContainText("Admin");

  await ben.page.getByRole("button", { name: "Chat details" }).click();
  await ben.page.getByRole("button", { name: "Leave chat" }).click();
  await ben.page.getByRole("dialog").getByRole("button", { name: "Leave chat" }).click();
  await expect(ben.page.getByRole("navigation").getByRole("link", { name: "Evening choir" })).toHaveCount(0);
  await expect(details.getByText("2 participants")).toBeVisible();

  await details.getByRole("button", { name: "Actions for Cleo Marsh" }).click();
  await ada.page.getByRole("menuitem", { name: "Remove from chat" }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await expect(cleo.page.getByText("You no longer take part in this chat.")).toBeVisible();
});

test("a public chat is found and joined", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const title = `Stargazers ${ada.username}`;
  await startGroup(ada, title, [], "Public");
  await say(ada, "Clear skies tonight");

  await ben.page.getByRole("link", { name: "Find public chats" }).click();
  await ben.page.getByLabel("Search public chats").fill(ada.username);
  await ben.page.getByRole("button", { name: `Join: ${title}` }).click();
  await expect(message(ben, "Clear skies tonight")).toBeVisible();
  await say(ben, "Which telescope?");
  await expect(message(ada, "Which telescope?")).toBeVisible();
  await ben.page.goto("/discover");
  await ben.page.getByLabel("Search public chats").fill(ada.username);
  await expect(ben.page.getByRole("link", { name: `Open: ${title}` })).toBeVisible();
  await picture(ben.page, "discover");
  await expectAccessible(ben.page);
});
