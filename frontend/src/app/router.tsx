import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import type { Antiphon } from "./antiphon";
import { ErrorPage } from "./ErrorPage";
import { insidePath } from "./insidePath";

interface Context {
  antiphon: Antiphon;
}

const signedIn = ({ context }: { context: Context }) => context.antiphon.session.state.get().status === "signed-in";

const root = createRootRouteWithContext<Context>()({});

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
  component: lazyRouteComponent(() => import("@/features/account/components/SignInPage"), "SignInPage"),
});
const signUp = createRoute({
  getParentRoute: () => door,
  path: "/sign-up",
  component: lazyRouteComponent(() => import("@/features/account/components/SignUpPage"), "SignUpPage"),
});

const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  component: lazyRouteComponent(() => import("./SignedInLayout"), "SignedInLayout"),
  beforeLoad: (options) => {
    const { href } = options.location;
    if (!signedIn(options)) throw redirect({ to: "/sign-in", search: href === "/" ? {} : { next: href } });
  },
});
const home = createRoute({
  getParentRoute: () => app,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/chats/components/NoChatChosen"), "NoChatChosen"),
});
const chat = createRoute({
  getParentRoute: () => app,
  path: "/chats/$chatId",
  loader: ({ context, params }) => context.antiphon.bringCopy(params.chatId),
  component: lazyRouteComponent(() => import("@/features/messages/components/ConversationPage"), "ConversationPage"),
});
const details = createRoute({
  getParentRoute: () => chat,
  path: "/details",
  component: lazyRouteComponent(() => import("@/features/participants/components/ChatDetails"), "ChatDetails"),
});
const discover = createRoute({
  getParentRoute: () => app,
  path: "/discover",
  component: lazyRouteComponent(() => import("@/features/chats/components/DiscoverPage"), "DiscoverPage"),
});
const profile = createRoute({
  getParentRoute: () => app,
  path: "/profile",
  component: lazyRouteComponent(() => import("@/features/account/components/ProfilePage"), "ProfilePage"),
});
/** Every other address, with the list beside it. */
const nowhere = createRoute({
  getParentRoute: () => app,
  path: "$",
  component: lazyRouteComponent(() => import("./NotFound"), "NotFound"),
});

export function makeRouter(antiphon: Antiphon) {
  return createRouter({
    routeTree: root.addChildren([
      door.addChildren([signIn, signUp]),
      app.addChildren([home, chat.addChildren([details]), discover, profile, nowhere]),
    ]),
    context: { antiphon },
    defaultPreload: "intent",
    defaultErrorComponent: ErrorPage,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
