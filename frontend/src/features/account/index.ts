// What others may use of this feature.
export { useAccount } from "./hooks/useProfile";
export { live as accountLive } from "./live";
export { ProfilePage, SignInPage, SignUpPage } from "./pages";
