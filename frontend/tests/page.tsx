import "fake-indexeddb/auto";
import { ApolloClient, ApolloLink } from "@apollo/client";
import { ApolloProvider } from "@apollo/client/react";
import { MantineProvider } from "@mantine/core";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from "@tanstack/react-router";
import { act, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { from, of } from "rxjs";
import { deviceStorage } from "@/api/deviceStorage";
import { Store } from "@/api/store";
import { makeCache } from "@/app/cache";
import { Drafts } from "@/features/messages/model/drafts";
import { Preferences } from "@/features/preferences/model/preferences";
import { Search } from "@/features/search/model/search";
import { TypingNames } from "@/features/typing/model/typingNames";
import { type Services, ServicesContext, SignedInContext, type SignedInServices } from "@/session/services";
import { browser, type Tab } from "./browser";
import { ME, noThreads } from "./chatModel";

/** What a component finds around it: a tab of its own, and a service that answers what the test says. */
export interface Around {
  client: ApolloClient;
  tab: Tab;
  signedIn: SignedInServices;
  services: Services;
  /** What the service was asked, by operation. */
  asked: { operation: string; variables: Record<string, unknown> }[];
  /** Where the page has been, after where it began. */
  places: string[];
}

// Fields that grow with their text look whether its font has come; happy-dom has no fonts.
Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });

export function around(
  answer: (
    operation: string,
    variables: Record<string, unknown>,
  ) => ApolloLink.Result | Promise<ApolloLink.Result> = () => ({
    data: {},
  }),
  deliver?: () => Promise<void>,
): Around {
  const asked: Around["asked"] = [];
  const link = new ApolloLink(({ operationName = "", variables }) => {
    asked.push({ operation: operationName, variables });
    const result = answer(operationName, variables);
    return result instanceof Promise ? from(result) : of(result);
  });
  const client = new ApolloClient({ cache: makeCache(), link });
  const tab = browser().tab(deliver ? { answer: deliver } : {});
  const signedIn = {
    me: ME,
    store: tab.store,
    outbox: tab.outbox,
    drafts: new Drafts(tab.store),
    preferences: new Preferences(deviceStorage, ME),
    threads: noThreads(),
    search: new Search(),
    typing: new TypingNames(),
    inbox: { loaded: new Store("yes"), state: new Store("live") },
    incoming: new Store<unknown>(undefined),
    lookedAt: new Store<string | undefined>(undefined),
  } as unknown as SignedInServices;
  const services = { client } as unknown as Services;
  return { client, tab, signedIn, services, asked, places: [] };
}

/** Shows a component at an address, with everything around it. */
export async function show(element: ReactNode, it: Around, path = "/"): Promise<void> {
  const { client, signedIn, services } = it;
  const root = createRootRoute({ component: Outlet });
  const paths = [
    "/",
    "/sign-in",
    "/sign-up",
    "/threads",
    "/mentions",
    "/search",
    "/chats/$chatId",
    "/chats/$chatId/thread/$rootId",
  ];
  const routes = paths.map((at) => createRoute({ getParentRoute: () => root, path: at, component: () => element }));
  const history = createMemoryHistory({ initialEntries: [path] });
  const router = createRouter({ routeTree: root.addChildren(routes), history });
  await router.load();
  history.subscribe(() => it.places.push(history.location.href));
  await act(async () => {
    render(
      <ServicesContext value={services}>
        <SignedInContext value={signedIn}>
          <ApolloProvider client={client}>
            <MantineProvider env="test">
              <RouterProvider router={router as never} />
            </MantineProvider>
          </ApolloProvider>
        </SignedInContext>
      </ServicesContext>,
    );
  });
}
