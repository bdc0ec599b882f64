import { useEffect, useRef, useState } from "react";

/** Something that is done once at a time: pressed twice, it runs once. */
export interface Act {
  readonly isBusy: boolean;
  readonly failure: unknown;
  readonly run: (act: () => Promise<void>) => void;
  readonly forget: () => void;
}

export function useAct(): Act {
  const [state, setState] = useState<{ isBusy: boolean; failure?: unknown }>({ isBusy: false });
  const isRunning = useRef(false);
  const isThere = useRef(true);
  useEffect(() => {
    isThere.current = true;
    return () => {
      isThere.current = false;
    };
  }, []);
  const settle = (next: typeof state): void => {
    isRunning.current = next.isBusy;
    if (isThere.current) {
      setState(next);
    }
  };
  return {
    ...state,
    failure: state.failure,
    run: (act) => {
      if (!isRunning.current) {
        settle({ isBusy: true });
        act().then(
          () => {
            settle({ isBusy: false });
          },
          (failure: unknown) => {
            settle({ isBusy: false, failure });
          },
        );
      }
    },
    forget: () => {
      settle({ isBusy: false });
    },
  };
}
