import { lazy } from "react";

export const DateDialog = lazy(() => import("./components/DateDialog"));
export const RevisionsDialog = lazy(() => import("./components/RevisionsDialog"));
export const MessageDetails = lazy(() => import("./components/MessageDetails"));
