/** A message as far as threads are concerned. Of a reply, the thread and its ordinal in that are known. */
export interface Told {
  chatId: string;
  number: number;
  senderId: string;
  createdAt: string;
  removedAt?: string | null | undefined;
  threadRootId?: string | null | undefined;
  threadOrdinal?: number | null | undefined;
}

export type Reply<M extends Told = Told> = M & { threadRootId: string; threadOrdinal: number };

export function isReply<M extends Told>(message: M): message is Reply<M> {
  return message.threadRootId != null && message.threadOrdinal != null;
}
