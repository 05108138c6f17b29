import { live, message, newPerson, openChat, type Person, picture, say, startGroup } from "./people";
import { everythingOnScreen } from "./screen";
import { type Part, replaced, signal } from "./stack";
import { type Browser, expect, test } from "./test";

/** One pause between two messages of one person: busy, and still something that people could read. */
const PAUSE_MS = 120;

interface Talk {
  people: Person[];
  /** Texts in the order in which each person has sent them. */
  said: Map<Person, string[]>;
  /** One more message of somebody; answers its text. */
  more(person: Person): Promise<string>;
  /** Lets both write on for a while. */
  chatter(ms: number): Promise<void>;
  /** How often a page was loaded: nobody may be helped by a reload. */
  loads(): number;
}

/** Two people on different instances in one chat. */
async function busyChat(browser: Browser): Promise<Talk> {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startGroup(ada, "Storm", [ben]);
  await openChat(ben, "Storm");
  await live(ada);
  await live(ben);
  const people = [ada, ben];
  const said = new Map<Person, string[]>(people.map((person) => [person, []]));
  let loads = 0;
  for (const { page } of people) page.on("load", () => (loads += 1));
  const more = async (person: Person) => {
    const texts = said.get(person)!;
    const text = `${person.username} ${texts.length + 1}`;
    await say(person, text);
    texts.push(text);
    return text;
  };
  const write = async (person: Person, until: number) => {
    while (Date.now() < until) {
      await more(person);
      await person.page.waitForTimeout(PAUSE_MS);
    }
  };
  const chatter = async (ms: number) => {
    const until = Date.now() + ms;
    await Promise.all(people.map((person) => write(person, until)));
  };
  return { people, said, more, chatter, loads: () => loads };
}

/** Everything sent is there on both screens: once, in the order of its author, and in the same order for both. */
async function expectNothingLost({ people, said, loads }: Talk): Promise<void> {
  for (const person of people) {
    await live(person);
    await expect(person.page.getByRole("img", { name: /^(Sending|Waiting)/ })).toHaveCount(0, { timeout: 60_000 });
  }
  const total = [...said.values()].flat().length;
  for (const { page } of people) {
    // The numbers are dense: the last one has arrived when as many are there as were sent.
    await expect(page.locator(`article[data-number="${total}"]`)).toBeVisible({ timeout: 30_000 });
  }
  const screens = [];
  for (const { page } of people) screens.push(await everythingOnScreen(page));
  expect(screens[0]).toEqual(screens[1]);
  for (const person of people) {
    expect(screens[0]?.filter((text) => text.startsWith(`${person.username} `))).toEqual(said.get(person));
  }
  expect(screens[0]).toHaveLength(total);
  expect(loads()).toBe(0);
}

test("a receiver is killed under its readers, and nothing is missing or doubled on screen", async ({ browser }) => {
  test.setTimeout(240_000);
  const talk = await busyChat(browser);
  await talk.chatter(3_000);
  const cut = talk.people[0]!.page.waitForEvent("websocket");
  const chatter = talk.chatter(10_000);
  const old = signal("receiver-1", "SIGKILL");
  await cut;
  await Promise.all([chatter, replaced("receiver-1", old)]);
  await expectNothingLost(talk);
  await picture(talk.people[0]!.page, "after-a-kill");
});

test("Redis stands still for ten seconds and comes back empty, and messages arrive all the while", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const talk = await busyChat(browser);
  await talk.chatter(2_000);
  const old = signal("redis", "SIGSTOP");
  await talk.chatter(10_000);
  const [ada, ben] = talk.people as [Person, Person];
  // While it is away the sweep delivers.
  await expect(message(ben, await talk.more(ada)).last()).toBeVisible();
  process.kill(old, "SIGKILL");
  await Promise.all([talk.chatter(4_000), replaced("redis", old)]);
  await expectNothingLost(talk);
});

test("all six services are restarted one after the other, and the chat goes on", async ({ browser }) => {
  test.setTimeout(400_000);
  const talk = await busyChat(browser);
  const parts: Part[] = ["receiver-1", "receiver-2", "sender-1", "sender-2", "users-1", "users-2"];
  for (const part of parts) {
    const old = signal(part, "SIGTERM");
    await Promise.all([talk.chatter(5_000), replaced(part, old)]);
  }
  await expectNothingLost(talk);
});
