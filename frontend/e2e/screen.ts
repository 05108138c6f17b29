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
    // What is far away was let go: on the way back its pages come again, and until then the button leads past them.
    const more = () => list.parentElement?.querySelector('button[aria-label^="Go to the newest"]');
    const until = Date.now() + 60_000;
    for (let end = false; !end; ) {
      if (Date.now() > until) throw new Error(`the end was not reached, only ${seen.size}`);
      const rows = [...list.querySelectorAll("article")];
      const first = Number(rows[0]?.getAttribute("data-number") ?? 0);
      if (first > seen.size + 1) {
        // A page that came above has put the reader back to where they were, after the last look.
        list.scrollBy(0, -250);
        await frame();
        continue;
      }
      let previous = 0;
      for (const row of rows) {
        const number = Number(row.getAttribute("data-number") ?? Number.NaN);
        // Also where rows overlap from one look to the next: what is in view is in order, without a hole.
        if (previous && number !== previous + 1) throw new Error(`${number} stands after ${previous}`);
        previous = number;
        seen.set(String(number), row.querySelector("[dir=auto] > div")?.textContent ?? "");
      }
      end = list.scrollTop + list.clientHeight >= list.scrollHeight - 2 && !more();
      list.scrollBy(0, 250);
      await frame();
    }
    const numbers = [...seen.keys()].map(Number);
    if (numbers.some((number, index) => number !== index + 1)) throw new Error(`numbers seen: ${numbers}`);
    return [...seen.values()];
  });
}
