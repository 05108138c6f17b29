import { lazy } from "react";

export const MessageDetails = lazy(() => import("./components/MessageDetails"));
