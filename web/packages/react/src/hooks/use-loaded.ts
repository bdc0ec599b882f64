import { useCallback, useEffect, useState } from "react";
import type { Connection } from "../connection.ts";

/** What was asked for, as far as it has come. */
export interface Loaded<T> {
  /** Of the same subject, if an earlier answer is all there is. */
  readonly value: T | undefined;
  readonly failure: unknown;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

interface Held<T> {
  readonly subject: string;
  readonly asked: string;
  readonly value: T | undefined;
  readonly failure: unknown;
}

/**
 * Loads when the subject or a detail of it is another one, when something has changed, and when it is told to. What is
 * there of the subject stays until the new answer comes.
 */
export function useLoaded<T>(
  connection: Connection,
  load: () => Promise<T>,
  subject: string,
  detail = "",
): Loaded<T> {
  const [turn, setTurn] = useState(0);
  const [held, setHeld] = useState<Held<T>>();
  const asked = `${subject} ${detail} ${String(turn)}`;
  const reload = useCallback(() => {
    setTurn((before) => before + 1);
  }, []);
  useEffect(() => connection.subscribe(reload), [connection, reload]);
  useEffect(() => {
    let isWanted = true;
    const settle = (value: T | undefined, failure: unknown): void => {
      if (isWanted) {
        setHeld({ subject, asked, value, failure });
      }
    };
    load().then(
      (value) => {
        settle(value, undefined);
      },
      (failure: unknown) => {
        settle(undefined, failure);
      },
    );
    return () => {
      isWanted = false;
    };
    // what is loaded follows from the names alone
  }, [connection, asked]);
  const isOfSubject = held?.subject === subject;
  return {
    value: isOfSubject ? held.value : undefined,
    failure: isOfSubject ? held.failure : undefined,
    isLoading: held?.asked !== asked,
    reload,
  };
}
