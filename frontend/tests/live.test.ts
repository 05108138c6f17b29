import { readdirSync, readFileSync } from "node:fs";
import { buildSchema, type DocumentNode, isAbstractType, Kind, parse, visit } from "graphql";
import { expect, test } from "vitest";
import { IGNORED, liveHandlers } from "@/app/features";
import { possibleTypes } from "@/gql/possibleTypes";

const sdl = process.env.ANTIPHON_SDL_DIR ?? "../shared-schema";
const schema = buildSchema(readFileSync(`${sdl}/receiver.graphql`, "utf8"));

/** The types that an interface or a union of the schema stands for. */
function kindsOf(name: string): string[] {
  const type = schema.getType(name);
  if (!isAbstractType(type)) throw new Error(`${name} is neither an interface nor a union`);
  return schema.getPossibleTypes(type).map((possible) => possible.name);
}

const kinds = [...kindsOf("FeedEvent"), ...kindsOf("Signal")];
const handled = new Set(
  liveHandlers.flatMap(({ apply = {}, notify = {} }) => [...Object.keys(apply), ...Object.keys(notify)]),
);

/** The kinds whose fields the client's documents for live delivery ask for. */
function askedFor(): Set<string> {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".receiver.graphql"),
  );
  const documents: DocumentNode[] = files.map((name) => parse(readFileSync(`src/${name}`, "utf8")));
  const asked = new Set<string>();
  for (const document of documents) {
    visit(document, {
      [Kind.INLINE_FRAGMENT]: ({ typeCondition }) => {
        if (typeCondition) asked.add(typeCondition.name.value);
      },
    });
  }
  return asked;
}

test("every kind of event and of signal has a handler, or is ignored on purpose", () => {
  expect(kinds.length).toBeGreaterThan(15);
  expect(kinds.filter((kind) => !handled.has(kind) && !(kind in IGNORED))).toEqual([]);
  expect([...handled].filter((kind) => !kinds.includes(kind))).toEqual([]);
  expect(Object.keys(IGNORED).filter((kind) => handled.has(kind) || !kinds.includes(kind))).toEqual([]);
});

test("the client asks for the fields of every kind that it handles", () => {
  const asked = askedFor();
  expect([...handled].filter((kind) => !asked.has(kind))).toEqual([]);
  expect(Object.keys(IGNORED).filter((kind) => asked.has(kind))).toEqual([]);
});

test("the cache knows every implementer of every interface, and every member of every union", () => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type) && !type.name.startsWith("__"))
      expect(possibleTypes[type.name]).toEqual(kindsOf(type.name).sort());
  }
});
