import type { Locator, Page } from "@playwright/test";

/** A finger on something, as the browser itself sees it: rests there, or goes to another place, and is lifted. */
export async function finger(page: Page, on: Locator, { rest = 0, by = 0 } = {}): Promise<void> {
  const box = (await on.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const session = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", at?: number) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: at === undefined ? [] : [{ x: at, y }] });
  await touch("touchStart", x);
  if (rest) await new Promise((resolve) => setTimeout(resolve, rest));
  for (let step = 1; by !== 0 && step <= 8; step += 1) await touch("touchMove", x + (by * step) / 8);
  await touch("touchEnd");
  await session.detach();
}
