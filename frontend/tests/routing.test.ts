import { readdirSync, readFileSync } from "node:fs";
import {
  buildSchema,
  Kind,
  NoUnusedFragmentsRule,
  parse,
  type SelectionSetNode,
  specifiedRules,
  validate,
} from "graphql";
import { expect, test } from "vitest";
import { serviceOf } from "@/api/routing";
import { rootFields } from "@/gql/routing";

const SERVICES = ["users", "sender", "receiver"] as const;
const sdl = process.env.ANTIPHON_SDL_DIR ?? "../shared-schema";
const schemas = Object.fromEntries(
  SERVICES.map((service) => [service, buildSchema(readFileSync(`${sdl}/${service}.graphql`, "utf8"))]),
);
const documents = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".graphql"));

test("every root field of the three schemas is routed exactly once, to the service that has it", () => {
  const expected: string[] = [];
  for (const service of SERVICES) {
    const schema = schemas[service]!;
    const roots = [
      ["query", schema.getQueryType()],
      ["mutation", schema.getMutationType()],
      ["subscription", schema.getSubscriptionType()],
    ] as const;
    for (const [operation, type] of roots) {
      for (const field of Object.keys(type?.getFields() ?? {})) {
        expected.push(`${operation} ${field}`);
        expect(rootFields[operation][field]).toBe(service);
      }
    }
  }
  const routed = Object.entries(rootFields).flatMap(([operation, fields]) =>
    Object.keys(fields).map((field) => `${operation} ${field}`),
  );
  expect(expected.length).toBeGreaterThan(30);
  expect(new Set(expected).size).toBe(expected.length);
  expect(routed.sort()).toEqual(expected.sort());
});

test("every document of the client is valid at the service that its name says, with the fragments of that service", () => {
  expect(documents.length).toBeGreaterThan(8);
  // Some fragments are for reading from the cache, and in no operation.
  const rules = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule);
  for (const service of SERVICES) {
    const own = documents.filter((name) => name.endsWith(`.${service}.graphql`));
    const all = parse(own.map((name) => readFileSync(`src/${name}`, "utf8")).join("\n"));
    expect(validate(schemas[service]!, all, rules).map((error) => error.message)).toEqual([]);
  }
});

test("a fragment that is only read from the cache asks for nothing that is not kept there", () => {
  const text = documents
    .filter((name) => name.endsWith(".receiver.graphql"))
    .map((name) => readFileSync(`src/${name}`, "utf8"));
  const fragments = new Map(
    parse(text.join("\n")).definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  const fieldsOf = (node: { selectionSet?: SelectionSetNode | undefined }, path = ""): string[] =>
    (node.selectionSet?.selections ?? []).flatMap((one) => {
      if (one.kind === Kind.FRAGMENT_SPREAD) return fieldsOf(fragments.get(one.name.value)!, path);
      if (one.kind === Kind.INLINE_FRAGMENT) return fieldsOf(one, path);
      return [`${path}${one.name.value}`, ...fieldsOf(one, `${path}${one.name.value}.`)];
    });
  const kept = { Message: "CachedMessage", Chat: "CachedChat", Participant: "CachedParticipant", User: "PersonName" };
  const spread = new Set([...text.join("\n").matchAll(/\.\.\.(\w+)/g)].map(([, name]) => name!));
  const alone = [...fragments.values()].filter(({ name }) => !spread.has(name.value));
  expect(alone.map(({ name }) => name.value)).toContain("NotifiedMessage");
  for (const fragment of alone) {
    const whole = fieldsOf(fragments.get(kept[fragment.typeCondition.name.value as keyof typeof kept])!);
    expect(
      fieldsOf(fragment).filter((field) => !whole.includes(field)),
      fragment.name.value,
    ).toEqual([]);
  }
});

test("mutations of chats go to the sender, of accounts to users, reads and subscriptions to the receiver", () => {
  expect(serviceOf(parse("mutation { createMessage { cursor } }"))).toBe("sender");
  expect(serviceOf(parse("mutation { login { accessToken } }"))).toBe("users");
  expect(serviceOf(parse("query { __typename chats { edges { cursor } } }"))).toBe("receiver");
  expect(serviceOf(parse("subscription { inbox { cursor } }"))).toBe("receiver");
});

test("an operation that no single service serves is refused", () => {
  expect(() => serviceOf(parse("query Both { me { email } chats { feedCursor } }"))).toThrow("no single service");
  expect(() => serviceOf(parse("query { weather }"))).toThrow("no service serves query weather");
  expect(() => serviceOf(parse("fragment F on Chat { id }"))).toThrow("without an operation");
});
