// Fails the build when what a first visit downloads as JavaScript grows over its budget.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 200_000;
const html = readFileSync("dist/index.html", "utf8");
const initial = readdirSync("dist/assets").filter((name) => name.endsWith(".js") && html.includes(name));
const bytes = initial.reduce((sum, name) => sum + gzipSync(readFileSync(`dist/assets/${name}`)).length, 0);
console.log(
  `initial JavaScript: ${(bytes / 1000).toFixed(1)} kB gzip of ${BUDGET / 1000} kB (${initial.length} files)`,
);
if (bytes > BUDGET) process.exit(1);
