import { ask, live, message, newPerson, openChat, type Person, say, startGroup, tokenOf } from "./people";
import { expect, test } from "./test";

/** So many events are not replayed: a client that missed more of them begins anew. */
const MORE_THAN_IS_REPLAYED = 510;

/** What somebody does through the API itself, while nobody has time to click it. */
async function doing(person: Person) {
  const token = await tokenOf(person);
  return (field: string, input: object, payload = "cursor") => {
    const type = `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
    const document = `mutation ($input: ${type}!) { ${field}(input: $input) { ${payload} } }`;
    return ask(person, "sender", document, { input }, token);
  };
}

for (const missed of [0, MORE_THAN_IS_REPLAYED]) {
  test(`after an hour without network everything is there that was missed, ${missed} further messages too, and what was written arrives`, async ({
    browser,
  }) => {
    test.setTimeout(240_000);
    const ada = await newPerson(browser, "1", "Ada Lovelace");
    const ben = await newPerson(browser, "2", "Ben Okafor");
    await startGroup(ada, "Evening choir", [ben]);
    const chatId = new URL(ada.page.url()).pathname.split("/")[2]!;
    const adas = await doing(ada);
    const written = async (content: string): Promise<string> =>
      (await adas("createMessage", { chatId, content }, "message { id }")).createMessage.message.id;
    const ids = {
      question: await written("a question"),
      mistake: await written("with a mistaek"),
      anger: await written("said in anger"),
    };
    await live(ben);
    await ben.page.clock.install();
    await openChat(ben, "Evening choir");
    await expect(message(ben, "said in anger")).toBeVisible();
    await ben.page.context().setOffline(true);
    await ben.page.clock.fastForward("30:00");
    await expect(ben.page.getByText(/^Offline\./)).toBeVisible();
    await adas("addReaction", { chatId, messageId: ids.question, emoji: "👍" });
    await adas("createMessage", { chatId, content: "an answer in its thread", threadRootId: ids.question });
    await adas("updateMessage", { chatId, id: ids.mistake, content: "without a mistake" });
    await adas("removeMessage", { chatId, id: ids.anger });
    await adas("pinMessage", { chatId, id: ids.question });
    await adas("updateChat", { chatId, name: "Morning choir" }, "cursor");
    for (let number = 1; number <= missed; number += 1)
      await adas("createMessage", { chatId, content: `line ${number}.` });
    await adas("createMessage", { chatId, content: `@${ben.username} where are you?` });
    await say(ben, "written in the tunnel");
    await ben.page.clock.fastForward("30:00");

    await ben.page.context().setOffline(false);
    await ben.page.clock.runFor(5_000);
    await live(ben);
    await expect(ben.page.getByRole("heading", { name: "Morning choir" })).toBeVisible();
    await expect(message(ada, "written in the tunnel")).toBeVisible();
    await expect(message(ben, "where are you?")).toBeVisible();
    const bar = ben.page.getByRole("region", { name: "Pinned messages" });
    await expect(bar.getByRole("link")).toHaveText("Ada Lovelace: a question");
    await bar.getByRole("link").click();
    const question = message(ben, "a question").first();
    await expect(question).toBeInViewport();
    await expect(question.getByRole("button", { name: /^👍 thumbs up, 1 reaction/ })).toBeVisible();
    await expect(question.getByRole("button", { name: /1 reply/ })).toBeVisible();
    await expect(message(ben, "without a mistake")).toBeVisible();
    await expect(message(ben, "said in anger")).toHaveCount(0);
    await expect(message(ben, "Message removed")).toBeVisible();
  });
}
