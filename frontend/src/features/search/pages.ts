import { lazyRouteComponent } from "@tanstack/react-router";

export const SearchPage = lazyRouteComponent(() => import("./components/SearchPage"), "SearchPage");
