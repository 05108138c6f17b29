import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for signing in, the account and its sessions, in English. */
export const account = {
  signIn: "Sign in",
  signUp: "Create account",
  signOut: "Sign out",
  signOutTitle: "Sign out?",
  signOutLoses: ({ messages, changes, drafts }: { messages: number; changes: number; drafts: number }) => {
    const many = (count: number) => count.toLocaleString("en");
    const words = [
      messages > 0 &&
        (messages === 1 ? "1 message has" : `${many(messages)} messages have`).concat(" not been sent yet."),
      changes > 0 && (changes === 1 ? "1 change has" : `${many(changes)} changes have`).concat(" not been saved yet."),
      drafts > 0 && (drafts === 1 ? "1 draft has" : `${many(drafts)} drafts have`).concat(" not been sent."),
      `Sign out and delete ${messages + changes + drafts === 1 ? "it" : "them"}?`,
    ];
    return words.filter(Boolean).join(" ");
  },
  signOutAnyway: "Sign out and delete",
  noAccountYet: "New here?",
  haveAccount: "Already have an account?",
  email: "E-mail",
  username: "Username",
  usernameHint: "3 to 50 letters, digits, _ or -. People find you by it.",
  emailOrUsername: "E-mail or username",
  password: "Password",
  passwordHint: "At least 8 characters, hard to guess. A few words work well.",
  displayName: "Name",
  displayNameOptional: "Name (optional)",
  displayNameHint: "As others see you. You can change it any time.",
  showPassword: "Show password",
  wrongSignIn: "That e-mail or username and password do not match. Check both and try again.",
  profile: "Profile",
  account: "Account",
  about: "About you",
  changeUsername: "Change username",
  usernameChangeHint: "Your old name stays reserved for you for 30 days.",
  changePassword: "Change password",
  currentPassword: "Current password",
  newPassword: "New password",
  passwordChanged: "Password changed. Your other sessions were signed out.",
  profileConflict: "Your profile was changed on another device. Here is the newest version; please repeat your change.",
  privacy: "Privacy",
  readReceipts: "Read receipts",
  readReceiptsHint:
    "Others see what you have read, and you see what they have. Switched off, neither does. That messages arrived is shown in any case.",
  sessions: "Signed-in devices",
  thisDevice: "This device",
  lastUsed: (when: string) => `Last used ${own(when)}`,
  revoke: "Sign out",
  revokeSession: (name: string) => `Sign out ${own(name)}`,
  revokeOthers: "Sign out all others",
  revokeOthersText: "They have to sign in again with the password.",
  closeAccount: "Close account",
  closeAccountHint:
    "You are signed out everywhere and cannot sign in again. Your profile disappears; what you wrote stays, under your username. This cannot be undone.",
};
