import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from "react";
import { Connection } from "../connection.ts";
import { type Format, formatIn, localeFor } from "../logic/format.ts";
import { english, type Messages } from "../messages/en.ts";
import type { GetToken } from "../token.ts";

export interface ShearlineSettings {
  /** Asks the host's back end for the token of an embed session. Called once, and once more when the token is refused. */
  getToken: GetToken;
  /** Of the Shearline service, as browsers reach it. By default the origin of the page. */
  url?: string | undefined;
  /** All texts; by default English. */
  messages?: Messages | undefined;
  /** How dates and numbers are written. By default as the browser prefers it of the language of the texts. */
  locale?: string | undefined;
}

interface Environment {
  readonly connection: Connection;
  readonly messages: Messages;
  readonly format: Format;
}

const Current = createContext<Environment | undefined>(undefined);

/** Gives what is in it the session of the token: hooks and components, as many as there are, share it. */
export function ShearlineProvider({
  children,
  ...settings
}: ShearlineSettings & { children?: ReactNode }): ReactNode {
  const { url, messages = english, locale } = settings;
  const getToken = useRef(settings.getToken);
  useEffect(() => {
    getToken.current = settings.getToken;
  });
  const connection = useMemo(() => new Connection({ url, getToken: () => getToken.current() }), [url]);
  const environment = useMemo(() => {
    const format = formatIn(locale ?? localeFor(messages.language));
    return { connection, messages, format };
  }, [connection, messages, locale]);
  useEffect(() => announcingReturns(connection), [connection]);
  return <Current.Provider value={environment}>{children}</Current.Provider>;
}

/** As the provider around it, for what may have settings of its own. */
export function ProviderIfNeeded({
  children,
  getToken,
  ...settings
}: Partial<ShearlineSettings> & { children: ReactNode }): ReactNode {
  const outer = useContext(Current);
  if (getToken === undefined && outer !== undefined) {
    return children;
  }
  if (getToken === undefined) {
    throw new TypeError("Give the component getToken, or put it into a ShearlineProvider.");
  }
  return (
    <ShearlineProvider getToken={getToken} {...settings}>
      {children}
    </ShearlineProvider>
  );
}

export function useEnvironment(): Environment {
  const environment = useContext(Current);
  if (environment === undefined) {
    throw new TypeError("Use the hooks of Shearline within a ShearlineProvider.");
  }
  return environment;
}

/** Whoever comes back to the page sees what has changed meanwhile. */
function announcingReturns(connection: Connection): () => void {
  const look = (): void => {
    if (document.visibilityState === "visible") {
      connection.announce();
    }
  };
  document.addEventListener("visibilitychange", look);
  return () => {
    document.removeEventListener("visibilitychange", look);
  };
}
