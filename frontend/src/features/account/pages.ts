import { lazyRouteComponent } from "@tanstack/react-router";

export const SignInPage = lazyRouteComponent(() => import("./components/SignInPage"), "SignInPage");
export const SignUpPage = lazyRouteComponent(() => import("./components/SignUpPage"), "SignUpPage");
export const ProfilePage = lazyRouteComponent(() => import("./components/ProfilePage"), "ProfilePage");
