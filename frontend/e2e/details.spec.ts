import { expectAccessible, live, message, newPerson, openChat, picture, say, startGroup } from "./people";
import { expect, test } from "./test";

test("the details of a message say who has read it and who has not, as it changes", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const cleo = await newPerson(browser, "1", "Cléo Márquez");
  await live(ben);
  await live(cleo);
  await startGroup(ada, "Evening choir", [ben, cleo]);
  await openChat(ben, "Evening choir");
  await say(ada, "Who is in?");
  await expect(message(ada, "Who is in?").getByRole("img", { name: "Read by 1" })).toBeVisible();
  await message(ada, "Who is in?").hover();
  await message(ada, "Who is in?")
    .getByRole("button", { name: /^Actions/ })
    .click();
  await ada.page.getByRole("menuitem", { name: "Message details" }).click();
  const dialog = ada.page.getByRole("dialog", { name: "Message details" });
  const people = (part: RegExp) => dialog.getByRole("region", { name: part }).getByRole("listitem");
  await expect(people(/^Read by 1/)).toHaveText([/Ben Okafor/]);
  await expect(people(/^Not read yet by 1/)).toHaveText([/Cléo Márquez/]);
  await picture(ada.page, "message-details");
  await expectAccessible(ada.page);
  await openChat(cleo, "Evening choir");
  await expect(people(/^Read by 2/)).toHaveText([/Ben Okafor/, /Cléo Márquez/]);
  await expect(people(/^Not read/)).toHaveCount(0);
});
