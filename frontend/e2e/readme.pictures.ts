import { devices, expect, test } from "@playwright/test";
import { live, message, newPerson, openChat, type Person, say, startDirect, startGroup } from "./people";

const PICTURES = "../docs/images";
const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

/** Says something that everyone has on screen before the next one speaks: a talk in a fixed order. */
async function tell(people: readonly Person[], person: Person, text: string): Promise<void> {
  await say(person, text);
  for (const { page } of people) await expect(page.getByRole("article").filter({ hasText: text }).last()).toBeVisible();
}

async function reply(people: readonly Person[], person: Person, to: string, text: string): Promise<void> {
  await message(person, to).first().hover();
  await message(person, to).first().getByRole("button", { name: "Reply", exact: true }).click();
  await tell(people, person, text);
}

test("the pictures of the README: a group on a desktop, and the same on a phone at night", async ({ browser }) => {
  test.setTimeout(150_000);
  const desktop = { viewport: { width: 1180, height: 800 }, deviceScaleFactor: 1.5 };
  const sofia = await newPerson(browser, "1", "Sofia Lindqvist", desktop);
  const amara = await newPerson(browser, "2", "Amara Nwosu", { ...phone, deviceScaleFactor: 2, colorScheme: "dark" });
  const mateo = await newPerson(browser, "1", "Mateo Álvarez");
  const jonas = await newPerson(browser, "2", "Jonas Weber");
  const everyone = [sofia, amara, mateo, jonas];

  await startGroup(jonas, "Book club", [sofia, amara]);
  await say(jonas, "I am two chapters behind. Please, no spoilers!");
  await startGroup(sofia, "Allotment 14", [mateo, jonas]);
  await say(sofia, "The tomatoes are finally in.");
  await startDirect(mateo, amara);
  await say(mateo, "Thanks for the lift yesterday!");

  await startGroup(sofia, "Saturday hike", [amara, mateo, jonas]);
  for (const person of [amara, mateo, jonas]) {
    await live(person);
    if (person === amara) await person.page.goto("/");
    await openChat(person, "Saturday hike");
  }
  await tell(everyone, sofia, "Morning! Forecast says sun until four, so I would start early.");
  await tell(everyone, amara, "Early is fine with me. The 7:42 gets us to the trailhead by nine.");
  await tell(everyone, amara, "Map and timetable: https://example.org/trails/ridge-loop");
  await tell(everyone, mateo, "The long loop or the short one?");
  await reply(everyone, jonas, "The long loop", "Long! I promised my legs a proper test.");
  await tell(everyone, sofia, "Long loop it is. 14 km, 620 m up, one hut with very good cake.");
  await reply(everyone, mateo, "one hut", "You had me at cake.");
  await tell(everyone, jonas, "I can bring the stove and coffee for five.");
  await jonas.page.getByLabel("Message", { exact: true }).press("ArrowUp");
  await tell(everyone, jonas, "I can bring the stove and coffee for four.");
  await expect(message(sofia, "coffee for four")).toContainText("edited");
  await tell(everyone, sofia, "Perfect. Platform 3, then?");
  await tell(everyone, amara, "Platform 3, at 7:30. Whoever is late carries the stove.");
  await tell(everyone, sofia, "Deal. See you all on Saturday!");
  await tell(everyone, amara, "Already packing.");

  await startDirect(mateo, sofia);
  await say(mateo, "Do you still have my rain jacket?");
  await say(mateo, "The green one.");
  const list = sofia.page.getByRole("navigation");
  await expect(list.getByRole("link", { name: "Mateo Álvarez" }).getByRole("img", { name: "2 unread" })).toBeVisible();
  await expect(message(sofia, "Deal.").getByRole("img", { name: "Read" })).toBeVisible();

  // Nothing is pointed at, nobody types, and the caret is not a matter of chance.
  await sofia.page.mouse.move(0, 0);
  await expect(sofia.page.getByRole("main").getByText(/typing/)).toHaveCount(0);
  await sofia.page.screenshot({ path: `${PICTURES}/conversation.png` });
  await expect(amara.page.getByRole("main").getByText(/typing/)).toHaveCount(0);
  await amara.page.screenshot({ path: `${PICTURES}/phone.png` });
});
