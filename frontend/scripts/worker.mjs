// Tells the service worker what belongs to this version: a plugin for Vite. The list and its hash are what make the
// worker of every version another file, and that is how a browser notices a new one.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

/** Fonts for scripts that few readers need are kept when they are first used. */
const LATER = /\.woff2?$/;
const ALWAYS = /inter-latin-wght-normal.*\.woff2$/;

export const WORKER = "worker.js";

export function versionOfWorker() {
  return {
    name: "antiphon-version-of-worker",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const worker = bundle[WORKER];
        if (worker?.type !== "chunk") throw new Error(`the build has no ${WORKER}`);
        if (worker.imports.length > 0) throw new Error(`${WORKER} must not import: ${worker.imports}`);
        const built = Object.keys(bundle)
          .filter((name) => name !== WORKER && (!LATER.test(name) || ALWAYS.test(name)))
          .sort();
        const hash = createHash("sha256");
        for (const name of built) {
          const output = bundle[name];
          hash.update(name).update(output.type === "chunk" ? output.code : output.source);
        }
        const fixed = readdirSync("public").sort();
        for (const name of fixed) hash.update(name).update(readFileSync(`public/${name}`));
        const files = [...built, ...fixed].map((name) => `/${name}`);
        worker.code = worker.code
          .replaceAll("FILES_OF_THIS_VERSION", JSON.stringify(files))
          .replaceAll("THIS_VERSION", JSON.stringify(hash.update(worker.code).digest("hex").slice(0, 12)));
      },
    },
  };
}
