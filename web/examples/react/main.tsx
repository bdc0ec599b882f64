import { AccountApiKeys, ShearlineProvider, useUser } from "@shearline/react";
import { type ReactNode, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

/** The back end answers with the token of an embed session for whoever is signed in. */
async function getToken(): Promise<string> {
  const response = await fetch("/session", { method: "POST" });
  const { token } = (await response.json()) as { token: string };
  return token;
}

/** A button of the host's own, by the hook. */
function NewLaptopKey(): ReactNode {
  const user = useUser();
  const { keys } = user.useApiKeys();
  const [lastFour, setLastFour] = useState<string>();
  return (
    <p>
      <button
        type="button"
        onClick={() => {
          void user.createApiKey({ description: "Laptop" }).then((key) => {
            setLastFour(key.lastFour);
          });
        }}
      >
        Key for a laptop
      </button>{" "}
      {lastFour === undefined ? `${String(keys?.length ?? 0)} so far` : `Made …${lastFour}`}
    </p>
  );
}

const root = document.querySelector("#root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <ShearlineProvider getToken={getToken}>
        <NewLaptopKey />
        <AccountApiKeys variable="NORTHWIND_API_KEY" />
      </ShearlineProvider>
    </StrictMode>,
  );
}
