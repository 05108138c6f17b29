import { expectAccessible, live, message, newPerson, picture, say, startGroup, unique } from "./people";
import { expect, test } from "./test";

test("F28, F7: a public chat can be looked at before joining, with its details", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const eve = await newPerson(browser, "2", "Eve Visitor");
  await live(eve);
  const title = unique("open house ");
  await startGroup(ada, title, [], "Public");
  await say(ada, "Come in and look around");
  const address = new URL(ada.page.url()).pathname;

  await eve.page.goto(address);
  await expect(message(eve, "Come in and look around")).toBeVisible();
  const join = eve.page.getByRole("button", { name: "Join", exact: true });
  await expect(join).toBeVisible();
  await expect(eve.page.getByLabel("Message", { exact: true })).toHaveCount(0);
  for (const [width, name] of [
    [1280, "wide"],
    [820, "tablet"],
    [390, "phone"],
  ] as const) {
    await eve.page.setViewportSize({ width, height: 800 });
    await expect(join).toBeVisible();
    await picture(eve.page, `preview-${name}`);
  }
  await eve.page.setViewportSize({ width: 1280, height: 800 });
  await expectAccessible(eve.page);

  await eve.page.getByRole("button", { name: "Details" }).click();
  const details = eve.page.getByRole("complementary", { name: "Details" });
  await expect(details.getByText("Ada Lovelace")).toBeVisible();
  await details.getByRole("button", { name: "Close" }).click();

  await join.click();
  await expect(eve.page.getByRole("textbox", { name: /Message/ })).toBeVisible();
  await say(ada, "Welcome");
  await expect(message(eve, "Welcome")).toBeVisible();
});

test("a badge never leads to nothing: removed messages are not unread", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await live(ben);
  await startGroup(ada, "Second thoughts", [ben]);
  await say(ada, "One");
  await say(ada, "Two");
  const row = ben.page.getByRole("link", { name: /Second thoughts/ });
  await expect(row).toHaveAccessibleName(/2 unread/);
  for (const text of ["One", "Two"]) {
    await message(ada, text).hover();
    await message(ada, text)
      .getByRole("button", { name: /^Actions/ })
      .click();
    await ada.page.getByRole("menuitem", { name: /^Remove/ }).click();
  }
  // A removal can be undone for some seconds.
  await expect(row).not.toHaveAccessibleName(/unread/, { timeout: 20_000 });
  await ben.page.reload();
  await live(ben);
  await expect(row).not.toHaveAccessibleName(/unread/);
});
