// Starts GraphiQL on the address of this page. Put a token under "Headers": {"authorization": "Bearer ..."}.

// A template that was not filled in is no token: introspection must work without one.
function filled(headers) {
  return Object.fromEntries(
    Object.entries(headers ?? {}).filter(([, value]) => value.trim() !== "" && value.trim() !== "Bearer"),
  );
}

let accessToken;

const socket = new URL(location.pathname, location.href);
socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:";

const fetcher = GraphiQL.createFetcher({
  url: location.pathname,
  fetch: (url, options) => fetch(url, { ...options, headers: filled(options.headers) }),
  wsClient: graphqlWs.createClient({
    url: socket.toString(),
    lazy: true,
    connectionParams: () => ({ accessToken }),
  }),
});

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: (request, options) => {
      accessToken = filled(options?.headers).authorization?.replace(/^Bearer\s+/i, "");
      return fetcher(request, options);
    },
    defaultHeaders: JSON.stringify({ authorization: "Bearer " }, null, 2),
    defaultEditorToolsVisibility: "headers",
    shouldPersistHeaders: false,
  }),
);
