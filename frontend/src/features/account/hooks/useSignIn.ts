import { useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { type FragmentType, unmask } from "@/gql/users";
import {
  LoginDocument,
  type LoginInput,
  RegisterDocument,
  type RegisterInput,
  SignedInFragmentDoc,
} from "@/gql/users/graphql";
import { useServices } from "@/session/services";

type Payload = FragmentType<typeof SignedInFragmentDoc>;

/** Starts a session from what signing in or signing up answers; what went wrong is kept to be shown. */
function useStart<Input>(ask: (input: Input) => Promise<Payload | undefined>) {
  const { signIn } = useServices();
  const [loading, setLoading] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  const start = async (input: Input) => {
    setFailure(undefined);
    setLoading(true);
    try {
      const masked = await ask(input);
      if (masked) signIn(unmask(SignedInFragmentDoc, masked));
    } catch (error) {
      setFailure(failureOf(error));
    } finally {
      setLoading(false);
    }
  };
  return { start, loading, failure };
}

const options = { context: { anonymous: true }, fetchPolicy: "no-cache" } as const;

export function useLogin() {
  const { client, session } = useServices();
  return useStart(async (asked: LoginInput) => {
    const input = { ...asked, deviceTokens: session.devices.all() };
    const { data } = await client.mutate({ mutation: LoginDocument, variables: { input }, ...options });
    return data?.login;
  });
}

export function useRegister() {
  const { client } = useServices();
  return useStart(async (input: RegisterInput) => {
    const { data } = await client.mutate({ mutation: RegisterDocument, variables: { input }, ...options });
    return data?.register;
  });
}
