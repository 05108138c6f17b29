import { live, message, newPerson, openChat, picture, say, startGroup } from "./people";
import { expect, test } from "./test";

test("F1: someone who is added later is no reader of what was there before", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const grace = await newPerson(browser, "2", "Grace Hopper");
  const zoe = await newPerson(browser, "1", "Zoë New");
  await live(grace);
  await startGroup(ada, "Compilers", [grace]);
  await say(ada, "Before Zoë");
  await ada.page.getByRole("button", { name: "Chat details" }).click();
  await ada.page.getByRole("button", { name: "Add participants" }).click();
  await ada.page.getByLabel("Find people").fill(zoe.username);
  await ada.page.getByRole("button", { name: `Add ${zoe.name}` }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Add participants", exact: true }).click();
  await expect(ada.page.getByRole("complementary").getByText("Zoë New")).toBeVisible();
  await ada.page.getByRole("complementary").getByRole("button", { name: "Close" }).click();
  const ticks = message(ada, "Before Zoë").getByRole("img", { name: /^(Sent|Delivered|Read)$/ });
  await expect(ticks).toHaveAccessibleName("Delivered");

  await message(ada, "Before Zoë").hover();
  await message(ada, "Before Zoë")
    .getByRole("button", { name: /^Actions/ })
    .click();
  await ada.page.getByRole("menuitem", { name: "Message details" }).click();
  const dialog = ada.page.getByRole("dialog", { name: "Message details" });
  const people = (part: RegExp) => dialog.getByRole("region", { name: part }).getByRole("listitem");
  await expect(dialog.getByText("Nobody has read it yet")).toBeVisible();
  await expect(people(/^Delivered to 1 of 1/)).toHaveText([/Grace Hopper/]);
  await expect(people(/^Not here then: 1/)).toHaveText([/Zoë New/]);
  await picture(ada.page, "not-here-then");
  await dialog.getByRole("button", { name: "Close" }).click();

  // Who was there counts as soon as they read.
  await openChat(grace, "Compilers");
  await expect(ticks).toHaveAccessibleName("Read");
});
