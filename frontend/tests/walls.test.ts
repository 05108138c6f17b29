import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

/** One import of the client's source: from a file to what it names, without its extension. */
interface Import {
  from: string;
  to: string;
}

const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.tsx?$/.test(name) && !name.startsWith("gql/"),
);
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g;

/** What a file imports from `src`, whether by its alias or by a relative path, at once or later. */
function importsIn(from: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].flatMap(([, path = ""]) => {
    if (path.startsWith("@/")) return [{ from, to: path.slice(2) }];
    return path.startsWith(".") ? [{ from, to: normalize(join(dirname(from), path)) }] : [];
  });
}

const imports = sources.flatMap((name) => importsIn(name, readFileSync(`src/${name}`, "utf8")));

/** The feature that a path belongs to, or the folder of another part of the client. */
const partOf = (path: string): string => path.match(/^features\/\w+/)?.[0] ?? path.split("/")[0]!;
const isFeature = (part: string): boolean => part.startsWith("features/");

/** Which part may import which: each only those before it. Features stand where `features` does. */
const ORDER = ["gql", "api", "strings", "ui", "session", "live", "features", "app", "main"];
const placeOf = (part: string): number => ORDER.indexOf(isFeature(part) ? "features" : part);

/** Imports of another feature by anything but its index. */
function intrusions(all: readonly Import[]): string[] {
  return all
    .filter(({ from, to }) => isFeature(partOf(to)) && partOf(from) !== partOf(to) && to !== partOf(to))
    .map(({ from, to }) => `${from} imports ${to}, which is inside of another feature`);
}

/** Imports of a feature's own index, which would make each of its files import all of them. */
function detours(all: readonly Import[]): string[] {
  return all
    .filter(
      ({ from, to }) => isFeature(partOf(to)) && partOf(from) === partOf(to) && /^features\/\w+(\/index)?$/.test(to),
    )
    .map(({ from, to }) => `${from} imports its own feature by ${to}`);
}

/** A ring of features that import each other, by name; none where they only import in one direction. */
function ringOf(all: readonly Import[]): string[] | undefined {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of all) {
    const [one, other] = [partOf(from), partOf(to)];
    if (isFeature(one) && isFeature(other) && one !== other) next.set(one, (next.get(one) ?? new Set()).add(other));
  }
  const done = new Set<string>();
  const walk = (part: string, path: string[]): string[] | undefined => {
    if (path.includes(part)) return [...path.slice(path.indexOf(part)), part];
    if (done.has(part)) return undefined;
    for (const other of next.get(part) ?? []) {
      const ring = walk(other, [...path, part]);
      if (ring) return ring;
    }
    done.add(part);
    return undefined;
  };
  for (const part of next.keys()) {
    const ring = walk(part, []);
    if (ring) return ring;
  }
  return undefined;
}

/** Imports against the order of the parts. */
function climbs(all: readonly Import[]): string[] {
  return all
    .filter(({ from, to }) => placeOf(partOf(to)) > placeOf(partOf(from)))
    .map(({ from, to }) => `${from} imports ${to}: ${partOf(from)} must not know ${partOf(to)}`);
}

test("features do not import each other's insides", () => {
  expect(imports.length).toBeGreaterThan(500);
  expect(new Set(imports.map(({ from }) => partOf(from)).filter(isFeature)).size).toBeGreaterThan(8);
  expect(intrusions(imports)).toEqual([]);
  expect(detours(imports)).toEqual([]);
});

test("features import each other in one direction", () => {
  expect(ringOf(imports)).toBeUndefined();
});

test("the parts of the client import each other in one direction", () => {
  const unknown = imports
    .map(({ from }) => partOf(from))
    .filter((part) => placeOf(part) < 0 && part !== "worker" && part !== "main.tsx");
  expect([...new Set(unknown)]).toEqual([]);
  expect(climbs(imports.filter(({ from }) => partOf(from) !== "main.tsx"))).toEqual([]);
});

/** Names of fragments that a component takes from the generated code, and that are not in a document of its own name beside it. */
function borrowed(component: string, text: string, own: readonly string[]): string[] {
  const taken = [...text.matchAll(/import (?:type )?\{([^}]*)\} from "@\/gql\/\w+\/graphql"/g)]
    .flatMap(([, names = ""]) => names.split(","))
    .map((name) => name.trim().replace(/^type /, ""))
    .flatMap((name) => name.match(/^(\w+?)Fragment(?:Doc)?$/)?.[1] ?? []);
  return [...new Set(taken)].filter((name) => !own.includes(name)).map((name) => `${component} reads ${name}`);
}

const fragmentsIn = (document: string): string[] =>
  [...document.matchAll(/^fragment (\w+)/gm)].map(([, name]) => name!);

test("a component reads the fields that its own fragment asks for, which stands beside it", () => {
  const components = sources.filter((name) => name.endsWith(".tsx") && name.includes("/components/"));
  const documents = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".graphql"),
  );
  let reading = 0;
  for (const component of components) {
    const base = component.replace(/tsx$/, "");
    const own = documents
      .filter((name) => name.startsWith(base))
      .flatMap((name) => fragmentsIn(readFileSync(`src/${name}`, "utf8")));
    reading += own.length > 0 ? 1 : 0;
    expect(borrowed(component, readFileSync(`src/${component}`, "utf8"), own)).toEqual([]);
  }
  expect(reading).toBeGreaterThan(10);
  const text =
    'import { type ParticipantRole, ChatRowFragmentDoc, type ChatRowFragment } from "@/gql/receiver/graphql";';
  expect(borrowed("ChatPage.tsx", text, ["ChatPage"])).toEqual(["ChatPage.tsx reads ChatRow"]);
});

test("what is forbidden is found, by name", () => {
  const told = (from: string, text: string) => importsIn(from, text);
  const inside = told("features/chats/a.ts", 'import { x } from "@/features/messages/cache";');
  expect(intrusions(inside)).toEqual([
    "features/chats/a.ts imports features/messages/cache, which is inside of another feature",
  ]);
  expect(intrusions(told("app/a.ts", 'const X = lazy(() => import("@/features/chats/components/X"));'))).toHaveLength(
    1,
  );
  expect(intrusions(told("features/chats/b/a.ts", 'import type { x } from "../../messages/cache";'))).toHaveLength(1);
  expect(detours(told("features/chats/b/a.ts", 'export { x } from "..";'))).toHaveLength(1);
  expect(climbs(told("features/chats/a.ts", 'import { x } from "@/app/services";'))).toHaveLength(1);
  expect(climbs(told("live/a.ts", 'import { x } from "@/features/chats";'))).toHaveLength(1);
  const ring = [
    ...told("features/chats/a.ts", 'import { x } from "@/features/messages";'),
    ...told("features/messages/b.ts", 'import {\n  y,\n} from "@/features/participants";'),
    ...told("features/participants/c.ts", 'import { z } from "@/features/chats";'),
  ];
  expect(ringOf(ring)).toEqual(["features/chats", "features/messages", "features/participants", "features/chats"]);
});
