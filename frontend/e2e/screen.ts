import type { Page } from "@playwright/test";

/** What stands in the conversation, from its first message to its last, read by scrolling through it. */
export async function everythingOnScreen(page: Page): Promise<string[]> {
  return page.getByRole("region", { name: "Messages" }).evaluate(async (list) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 30)));
    const beginning = () => list.querySelector('article[data-number="1"]');
    for (const until = Date.now() + 60_000; !beginning() && Date.now() < until; ) {
      list.scrollTo(0, 0);
      await frame();
    }
    list.scrollTo(0, 0);
    await frame();
    const seen = new Map<string, string>();
    for (let end = false; !end; ) {
      let previous = 0;
      for (const row of list.querySelectorAll("article")) {
        const number = Number(row.getAttribute("data-number") ?? Number.NaN);
        // Also where rows overlap from one look to the next: what is in view is in order, without a hole.
        if (previous && number !== previous + 1) throw new Error(`${number} stands after ${previous}`);
        previous = number;
        seen.set(String(number), row.querySelector("[dir=auto]")?.textContent ?? "");
      }
      end = list.scrollTop + list.clientHeight >= list.scrollHeight - 2;
      list.scrollBy(0, 250);
      await frame();
    }
    const numbers = [...seen.keys()].map(Number);
    if (numbers.some((number, index) => number !== index + 1)) throw new Error(`numbers seen: ${numbers}`);
    return [...seen.values()];
  });
}
