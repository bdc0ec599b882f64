import type { ApiKey, KeyStatus } from "@shearline/sdk";
import type { ReactNode } from "react";
import { useEnvironment } from "../hooks/provider.tsx";
import type { Format } from "../logic/format.ts";
import { Icon, type IconName } from "./icon.tsx";
import { part } from "./parts.tsx";

const ICONS: Readonly<Record<KeyStatus, IconName>> = {
  active: "active",
  expiring: "clock",
  rotating: "rotating",
  not_yet_valid: "clock",
  disabled: "disabled",
  expired: "expired",
  used: "check",
  revoked: "revoked",
};

/** Icon and word, and why, where there is a reason to give. */
export function Status({ of: key, children }: { of: ApiKey; children?: ReactNode }): ReactNode {
  const { messages, format } = useEnvironment();
  const why = reasonOf(key, messages.why, format);
  return (
    <>
      <span {...part("badge")} className={`shl-st shl-st-${key.status}`}>
        <Icon name={ICONS[key.status]} />
        <span className="shl-tx">{messages.status[key.status]}</span>
      </span>
      {(why !== "" || children) && (
        <span className="shl-why">
          {why}
          {children}
        </span>
      )}
    </>
  );
}

function reasonOf(
  { status, cause, endsAt, notBefore }: ApiKey,
  why: ReturnType<typeof useEnvironment>["messages"]["why"],
  format: Format,
): string {
  if (status === "rotating" && endsAt !== null) {
    return why.oldKeyEnds(format.relative(endsAt));
  }
  if (status === "not_yet_valid" && notBefore !== null) {
    return why.validFrom(format.date(notBefore));
  }
  return cause === null ? "" : why[cause];
}
