import type { ApolloClient } from "@apollo/client";
import { createContext, use } from "react";
import type { Health } from "@/api/health";
import type { LiveSocket } from "@/api/socket";
import type { Store } from "@/api/store";
import type { SignedInFragment } from "@/gql/users/graphql";
import type { DeviceStore } from "./deviceStore";
import type { Session } from "./session";

/** Everything outside React, made once per tab by the application and never a global, so that tests can have two. */
export interface Services {
  readonly session: Session;
  readonly client: ApolloClient;
  readonly health: Health;
  /** What there is while someone is signed in. */
  readonly current: Store<SignedInServices | undefined>;
  /** What this device has of a chat, for a view that is about to open. */
  hydrateChat(chatId: string): Promise<void>;
  /** Begins a session with what signing in or signing up has answered. */
  signIn: (answer: SignedInFragment) => void;
  /**
   * Ends the session here, in the other tabs, and (if it can be reached) at the service. What is kept on this device goes
   * first: a page that is left half way is still signed in, and leaves nothing behind.
   */
  signOut(): Promise<void>;
}

/**
 * What lives as long as someone is signed in. Whoever makes a service adds it here from their own folder
 * (`declare module "@/session/services"`), so that this folder knows no feature.
 */
export interface SignedInServices {
  me: string;
  socket: LiveSocket;
  /** What was written here and no service has acknowledged. */
  store: DeviceStore;
}

export const ServicesContext = createContext<Services | undefined>(undefined);
export const SignedInContext = createContext<SignedInServices | undefined>(undefined);

export function useServices(): Services {
  const services = use(ServicesContext);
  if (!services) throw new Error("rendered outside of the application");
  return services;
}

/** For views that exist only while someone is signed in. */
export function useSignedIn(): SignedInServices {
  const signedIn = use(SignedInContext);
  if (!signedIn) throw new Error("rendered for someone who is not signed in");
  return signedIn;
}
