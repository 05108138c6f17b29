import react from "@vitejs/plugin-react";
import { defaultClientConditions } from "vite";
import { defineConfig } from "vitest/config";
import { versionOfWorker, WORKER } from "./scripts/worker.mjs";

/** In development the pages come from Vite and everything else from a running stack, as behind the load balancer. */
const stack = process.env.ANTIPHON_URL ?? "http://localhost:8080";
const proxied = Object.fromEntries(
  ["/users", "/sender", "/receiver"].map((path) => [path, { target: stack, ws: true }]),
);

export default defineConfig({
  plugins: [react(), versionOfWorker()],
  resolve: {
    alias: { "@": new URL("./src", import.meta.url).pathname },
    // RxJS offers itself as ES5 otherwise, with helpers for the classes that every browser has.
    conditions: ["es2015", ...defaultClientConditions],
  },
  server: { port: 3000, proxy: proxied },
  preview: { port: 3000, proxy: proxied },
  build: {
    target: "es2023",
    // The first with light-dark() and nesting: for older ones both would be rewritten, and the colours with them lost.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // Small assets inlined as data: URLs would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: "index.html", worker: "src/worker/worker.ts" },
      // The service worker's place is its scope, and its name must stay.
      output: {
        entryFileNames: ({ name }) => (name === "worker" ? WORKER : "assets/[name]-[hash].js"),
        // What the first page needs, and what those need who are signed in, comes in few files instead of one for each set
        // of later parts that share some of it.
        codeSplitting: {
          groups: [
            { name: "libraries", tags: ["$initial"], test: /node_modules/ },
            { name: "base", tags: ["$initial"], test: /\/src\/(?!main|worker)/ },
            {
              name: "accounts",
              test: /\/src\/app\/accounts|node_modules\/@apollo\/client\/react|\/MarkAsReadDocument/,
            },
          ],
        },
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
  },
});
