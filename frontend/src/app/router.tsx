import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { ProfilePage, SignInPage, SignUpPage } from "@/features/account";
import {
  ChatDetails,
  ChatPage,
  DiscoverPage,
  MentionsPage,
  MyMessagesPage,
  NoChatChosen,
  ThreadPane,
  ThreadsPage,
} from "@/features/chats";
import { SearchPage } from "@/features/search";
import type { Services } from "@/session/services";
import { ErrorPage } from "./ErrorPage";
import { insidePath } from "./insidePath";

interface Context {
  services: Services;
}

const signedIn = ({ context }: { context: Context }) => context.services.session.state.get().status === "signed-in";

const root = createRootRouteWithContext<Context>()({});

const beginningAt = ({ at }: { at?: unknown }): { at?: string } => (typeof at === "string" ? { at } : {});

/** Pages for those who are not signed in; the others are sent on to where they wanted to go. */
const door = createRoute({
  getParentRoute: () => root,
  id: "door",
  validateSearch: ({ next }: { next?: unknown }): { next?: string } => {
    const inside = insidePath(next);
    return inside ? { next: inside } : {};
  },
  beforeLoad: (options) => {
    // Looked at here, whatever the router makes of the search of a link.
    if (signedIn(options)) throw redirect({ href: insidePath(options.search.next) ?? "/", replace: true });
  },
});
const signIn = createRoute({
  getParentRoute: () => door,
  path: "/sign-in",
  component: SignInPage,
});
const signUp = createRoute({
  getParentRoute: () => door,
  path: "/sign-up",
  component: SignUpPage,
});

const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  // The layout shows what the services begin with, so without their code there is no page.
  component: lazyRouteComponent(
    () => Promise.all([import("./SignedInLayout"), import("./accounts")]).then(([layout]) => layout),
    "SignedInLayout",
  ),
  beforeLoad: (options) => {
    const { href } = options.location;
    if (!signedIn(options)) throw redirect({ to: "/sign-in", search: href === "/" ? {} : { next: href } });
  },
});
const home = createRoute({
  getParentRoute: () => app,
  path: "/",
  component: NoChatChosen,
});
/** `at` is the message to begin at. */
const chat = createRoute({
  getParentRoute: () => app,
  path: "/chats/$chatId",
  validateSearch: beginningAt,
  loader: ({ context, params }) => context.services.hydrateChat(params.chatId),
  component: ChatPage,
});
const details = createRoute({
  getParentRoute: () => chat,
  path: "/details",
  component: ChatDetails,
});
/** A message and the replies to it. `at` is the reply to begin at. */
const thread = createRoute({
  getParentRoute: () => chat,
  path: "/thread/$rootId",
  validateSearch: beginningAt,
  component: ThreadPane,
});
const threads = createRoute({
  getParentRoute: () => app,
  path: "/threads",
  component: ThreadsPage,
});
const mentions = createRoute({
  getParentRoute: () => app,
  path: "/mentions",
  component: MentionsPage,
});
const myMessages = createRoute({
  getParentRoute: () => app,
  path: "/my-messages",
  component: MyMessagesPage,
});
const discover = createRoute({
  getParentRoute: () => app,
  path: "/discover",
  component: DiscoverPage,
});
const search = createRoute({
  getParentRoute: () => app,
  path: "/search",
  component: SearchPage,
});
const profile = createRoute({
  getParentRoute: () => app,
  path: "/profile",
  component: ProfilePage,
});
/** Every other address, with the list beside it. */
const nowhere = createRoute({
  getParentRoute: () => app,
  path: "$",
  component: lazyRouteComponent(() => import("./NotFound"), "NotFound"),
});

export function makeRouter(services: Services) {
  return createRouter({
    routeTree: root.addChildren([
      door.addChildren([signIn, signUp]),
      app.addChildren([
        home,
        chat.addChildren([details, thread]),
        threads,
        mentions,
        myMessages,
        discover,
        search,
        profile,
        nowhere,
      ]),
    ]),
    context: { services },
    defaultPreload: "intent",
    defaultErrorComponent: ErrorPage,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
