import type { ApolloClient } from "@apollo/client";
import { lazy } from "react";
import type { DeviceStore } from "@/session/deviceStore";
import type { AccountDrafts } from "./model/accountDrafts";
import type { Drafts } from "./model/drafts";

export const DateDialog = lazy(() => import("./components/DateDialog"));
export const RevisionsDialog = lazy(() => import("./components/RevisionsDialog"));
export const MessageDetails = lazy(() => import("./components/MessageDetails"));

export const keepDrafts = async (client: ApolloClient, store: DeviceStore, drafts: Drafts): Promise<AccountDrafts> =>
  new (await import("./model/accountDrafts")).AccountDrafts(client, store, drafts);
