import { test as base } from "@playwright/test";

export * from "@playwright/test";

/**
 * Playwright's test, after which every page that it opened is closed. A worker keeps its browser for all its tests, and with it
 * whatever a test leaves open: sockets that receive, pages that are painted.
 */
export const test = base.extend<{ pagesEnd: undefined }>({
  pagesEnd: [
    async ({ browser }, use) => {
      await use(undefined);
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    { auto: true },
  ],
});
