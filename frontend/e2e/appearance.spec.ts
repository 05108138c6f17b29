import { expectAccessible, live, message, newPerson, openChat, picture, say, startDirect, startGroup } from "./people";
import { expect, test } from "./test";

for (const colorScheme of ["light", "dark"] as const) {
  test(`the pages are readable in the ${colorScheme} scheme`, async ({ browser }) => {
    test.setTimeout(120_000);
    const ada = await newPerson(browser, "1", "Ada Lovelace", { colorScheme });
    const ben = await newPerson(browser, "2", "Ben Okafor", { colorScheme });
    const cleo = await newPerson(browser, "1", "Cléo Márquez", { colorScheme, viewport: { width: 900, height: 900 } });
    await startDirect(ada, ben);
    await say(ada, "Did you get the scores? https://example.org/scores/antiphon.pdf");
    await startGroup(ada, "Evening choir", [ben, cleo]);
    await say(ada, "Welcome, everyone.");
    await say(ada, "We meet on Thursday at seven, in the small hall behind the library.");
    await live(ben);
    await openChat(ben, "Evening choir");
    await expect(message(ben, "We meet on Thursday")).toBeVisible();
    await message(ben, "We meet on Thursday").hover();
    await message(ben, "We meet on Thursday").getByRole("button", { name: "Reply", exact: true }).click();
    await picture(ben.page, `replying-${colorScheme}`);
    await expectAccessible(ben.page);
    await say(ben, "I will bring the tenor parts.");
    await openChat(cleo, "Evening choir");
    await say(cleo, "And I the cake 🎂");
    await say(cleo, "Two, if Ben really comes.");
    await expect(message(ada, "Two, if Ben")).toBeVisible();
    await startDirect(cleo, ada);
    await say(cleo, "A word in private?");
    await expect(ada.page.getByRole("navigation").getByText("A word in private?")).toBeVisible();
    await picture(ada.page, `group-${colorScheme}`);
    await expectAccessible(ada.page);
    await picture(cleo.page, `tablet-${colorScheme}`);

    await ben.page.goto("/");
    await live(ben);
    await picture(ben.page, `home-${colorScheme}`);
    await expectAccessible(ben.page);
    await ben.page.getByRole("button", { name: "New chat" }).click();
    await ben.page.getByText("Group", { exact: true }).click();
    await ben.page.getByLabel("Chat name").fill("Rehearsal");
    await expect(ben.page.getByRole("button", { name: "Create", exact: true })).toBeEnabled();
    await ben.page.getByLabel("Find people").fill(cleo.username);
    await expect(ben.page.getByRole("button", { name: "Add Cléo Márquez" })).toBeVisible();
    await picture(ben.page, `new-chat-${colorScheme}`);
    await expectAccessible(ben.page);
  });
}
