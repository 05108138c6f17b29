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
import { of } from "rxjs";
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
}

// Fields that grow with their text look whether its font has come; happy-dom has no fonts.
Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });

export function around(
  answer: (operation: string) => ApolloLink.Result = () => ({ data: {} }),
  deliver?: () => Promise<void>,
): Around {
  const asked: Around["asked"] = [];
  const link = new ApolloLink(({ operationName = "", variables }) => {
    asked.push({ operation: operationName, variables });
    return of(answer(operationName));
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
    incoming: new Store<unknown>(undefined),
    lookedAt: new Store<string | undefined>(undefined),
  } as unknown as SignedInServices;
  const services = { client } as unknown as Services;
  return { client, tab, signedIn, services, asked };
}

/** Shows a component at an address, with everything around it. */
export async function show(element: ReactNode, { client, signedIn, services }: Around, path = "/"): Promise<void> {
  const root = createRootRoute({ component: Outlet });
  const paths = ["/", "/sign-in", "/sign-up", "/threads", "/search", "/chats/$chatId", "/chats/$chatId/thread/$rootId"];
  const routes = paths.map((at) => createRoute({ getParentRoute: () => root, path: at, component: () => element }));
  const history = createMemoryHistory({ initialEntries: [path] });
  const router = createRouter({ routeTree: root.addChildren(routes), history });
  await router.load();
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
