import { expectAccessible, live, message, newPerson, openChat, picture, say, startGroup } from "./people";
import { expect, test } from "./test";

test("a message is delivered when all have it, and read when all have read it; its details say who", async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const cleo = await newPerson(browser, "1", "Cléo Márquez");
  await live(ben);
  await live(cleo);
  await startGroup(ada, "Evening choir", [ben, cleo]);
  await openChat(ben, "Evening choir");
  await expect(cleo.page.getByRole("link", { name: "Evening choir" })).toBeVisible();
  await cleo.page.context().setOffline(true);
  await say(ada, "Who is in?");
  await expect(message(ben, "Who is in?")).toBeVisible();
  // That one has it, and has read it, does not make it delivered.
  await message(ada, "Who is in?").getByRole("img", { name: "Sent" }).click();
  const dialog = ada.page.getByRole("dialog", { name: "Message details" });
  const people = (part: RegExp) => dialog.getByRole("region", { name: part }).getByRole("listitem");
  await expect(people(/^Read by 1 of 2/)).toHaveText([/Ben Okafor/]);
  await expect(people(/^Not delivered yet: 1/)).toHaveText([/Cléo Márquez/]);
  await picture(ada.page, "message-details");
  await expectAccessible(ada.page);
  await cleo.page.context().setOffline(false);
  await expect(people(/^Delivered to 2 of 2/)).toHaveText([/Cléo Márquez/], { timeout: 60_000 });
  await expect(people(/^Not delivered/)).toHaveCount(0);
  await dialog.getByRole("button", { name: "Close" }).click();
  const ticks = message(ada, "Who is in?").getByRole("img", { name: /^(Sent|Delivered|Read)$/ });
  await expect(ticks).toHaveAccessibleName("Delivered");
  await picture(ada.page, "delivered");
  await openChat(cleo, "Evening choir");
  await expect(ticks).toHaveAccessibleName("Read");
  await picture(ada.page, "read");
});

test("whoever switches read receipts off tells nobody what they have read, and is told of nobody", async ({
  browser,
}) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await live(ben);
  await ben.page.getByRole("link", { name: "Profile" }).click();
  const receipts = ben.page.getByRole("switch", { name: "Read receipts" });
  await expect(receipts).toBeChecked();
  await receipts.press("Space");
  await expect(receipts).not.toBeChecked();
  await expectAccessible(ben.page);
  await picture(ben.page, "read-receipts-off");
  await ben.page.reload();
  await expect(receipts).not.toBeChecked();
  await startGroup(ada, "Evening choir", [ben]);
  await openChat(ben, "Evening choir");
  await say(ada, "Who is in?");
  const tick = (person: typeof ada, text: string) =>
    message(person, text).getByRole("img", { name: /^(Sent|Delivered|Read)$/ });
  await expect(message(ben, "Who is in?")).toBeVisible();
  await expect(tick(ada, "Who is in?")).toHaveAccessibleName("Delivered");
  await say(ben, "Me, of course.");
  await expect(message(ada, "Me, of course.")).toBeVisible();
  await expect(tick(ben, "Me, of course.")).toHaveAccessibleName("Delivered");
  await ada.page.waitForTimeout(1_500);
  await expect(tick(ada, "Who is in?")).toHaveAccessibleName("Delivered");
  await tick(ben, "Me, of course.").click();
  await expect(ben.page.getByText(/Who has read it is not shown/)).toBeVisible();
});
