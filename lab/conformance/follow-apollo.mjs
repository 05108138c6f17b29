// Apollo Client in Node: subscribes to the inbox over GraphQLWsLink, and meanwhile sends messages to a chat over HttpLink.
//
//   ANTIPHON_URL=http://127.0.0.1:8080 ANTIPHON_SOCKET=ws://... ANTIPHON_TOKEN=... ANTIPHON_CHAT=... node follow-apollo.mjs
//
// The first line of input starts sending, the second one stops it; then it queries the newest messages over HTTP. Exits
// when its input ends.

import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { INBOX, Position, say } from "./position.mjs";

const { ANTIPHON_URL: base, ANTIPHON_SOCKET: url, ANTIPHON_TOKEN: token, ANTIPHON_CHAT: chatId } = process.env;

const socket = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: { accessToken: token },
  // Apollo fixes the variables of a subscription when it starts. So a broken one ends, and `follow` starts another.
  retryAttempts: 0,
  on: { connected: () => say({ connected: true }) },
});
const http = new HttpLink({
  uri: (operation) => `${base}/${operation.getContext().service}/graphql`,
  headers: { authorization: `Bearer ${token}` },
});
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    http,
  ),
  defaultOptions: { query: { fetchPolicy: "no-cache" }, mutate: { fetchPolicy: "no-cache" } },
});

const ME = gql`query Me { me { user { id } } }`;
const CREATE = gql`
  mutation Create($input: CreateMessageInput!) { createMessage(input: $input) { message { id } } }`;
const NEWEST = gql`query Newest($chatId: ID!) { messages(chatId: $chatId, last: 100) { nodes { id } } }`;

const position = new Position();
const inbox = gql(INBOX);

/** One subscription, until it ends. */
function subscription() {
  return new Promise((resolve) => {
    client.subscribe({ query: inbox, variables: { after: position.after }, fetchPolicy: "no-cache" }).subscribe({
      next: ({ data, error }) => {
        if (!error) return position.apply(data.inbox);
        // A lost connection is reported as an error, too. Only errors of the service count.
        say({ [CombinedGraphQLErrors.is(error) ? "errors" : "closed"]: error.message });
      },
      error: resolve,
      complete: resolve,
    });
  });
}

async function follow() {
  for (;;) {
    await subscription();
    await pause(200 + Math.random() * 300);
  }
}

/** A time-ordered UUID. */
function uuidV7() {
  const hex = Date.now().toString(16).padStart(12, "0") + randomBytes(10).toString("hex");
  const variant = "89ab"[Number.parseInt(hex[16], 16) % 4];
  const digits = `${hex.slice(0, 12)}7${hex.slice(13, 16)}${variant}${hex.slice(17)}`;
  return digits.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

/** Sends one message, with the same id until somebody acknowledges it. */
async function write(content) {
  const variables = { input: { id: uuidV7(), chatId, content } };
  for (;;) {
    try {
      const { data } = await client.mutate({ mutation: CREATE, variables, context: { service: "sender" } });
      return say({ acknowledged: data.createMessage.message.id });
    } catch (error) {
      say({ retried: error.message });
      await pause(200);
    }
  }
}

let told = 0;
process.stdin.on("end", () => process.exit(0));
const lines = createInterface({ input: process.stdin });
const begin = new Promise((resolve) => lines.on("line", () => resolve((told += 1))));

const { data } = await client.query({ query: ME, context: { service: "users" } });
say({ me: data.me.user.id });
void follow();
await begin;
for (let turn = 1; told < 2; turn += 1) {
  await write(`Apollo ${turn}`);
  await pause(100);
}
const newest = await client.query({ query: NEWEST, variables: { chatId }, context: { service: "receiver" } });
say({ newest: newest.data.messages.nodes.map(({ id }) => id) });
