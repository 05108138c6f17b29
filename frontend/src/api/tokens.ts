/** Where the links take the access token from. */
export interface Tokens {
  /** A token that is good for a while; none when nobody is signed in. Rejects when none could be had. */
  accessToken(): Promise<string | undefined>;
  /** The same, but never rejects: the last known token serves where a refusal is handled anyway. */
  accessTokenOrLast(): Promise<string | undefined>;
  /** A service refused this token: the next one is new. */
  reject(token: string | undefined): void;
}
