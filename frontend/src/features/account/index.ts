// What others may use of this feature.
export { policies as accountPolicies } from "./cache";
export { useAccount } from "./hooks/useProfile";
export { live as accountLive } from "./live";
export { ProfilePage, SignInPage, SignUpPage } from "./pages";
