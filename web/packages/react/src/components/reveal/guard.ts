import { useEffect, useRef } from "react";

/** What the newer browsers tell of a step back; older ones ask the person by `beforeunload` where the page goes. */
interface Navigations extends EventTarget {
  readonly currentEntry: unknown;
}

/** While it is guarded, reload asks, and back within the page does not leave but calls `onLeave`. */
export function useLeaveGuard(isGuarded: boolean, onLeave: () => void): void {
  const leave = useRef(onLeave);
  useEffect(() => {
    leave.current = onLeave;
  });
  useEffect(() => {
    if (!isGuarded) {
      return undefined;
    }
    const ask = (event: Event): void => {
      event.preventDefault();
    };
    const stay = (event: Event): void => {
      if (event.cancelable) {
        event.preventDefault();
        leave.current();
      }
    };
    const { navigation } = window as { navigation?: Navigations };
    addEventListener("beforeunload", ask);
    navigation?.addEventListener("navigate", stay);
    return () => {
      removeEventListener("beforeunload", ask);
      navigation?.removeEventListener("navigate", stay);
    };
  }, [isGuarded]);
}
