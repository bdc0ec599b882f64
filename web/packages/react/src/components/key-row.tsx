import type { ApiKey } from "@shearline/sdk";
import type { ReactNode } from "react";
import { useEnvironment } from "../hooks/provider.tsx";
import type { IconName } from "./icon.tsx";
import { Menu, type MenuItem } from "./menu.tsx";
import { classes, part, Time } from "./parts.tsx";
import { ScopeChips } from "./scope-chips.tsx";
import { Status } from "./status.tsx";

/** What can be asked of a key in its row. */
export interface RowActs {
  readonly rotate: (key: ApiKey) => void;
  readonly revoke: (key: ApiKey) => void;
  readonly disable: (key: ApiKey) => void;
  readonly enable: (key: ApiKey) => void;
}

const DEAD: ReadonlySet<ApiKey["status"]> = new Set(["revoked", "expired", "used"]);

export function KeyRow({ of: key, acts }: { of: ApiKey; acts: RowActs | undefined }): ReactNode {
  const { messages, format } = useEnvironment();
  const texts = messages.table;
  const items = acts === undefined ? [] : itemsOf(key, acts, messages.menu);
  return (
    <tr role="row" {...part("row")} className={classes(DEAD.has(key.status) && "shl-dead")}>
      <th role="rowheader" scope="row" className="shl-c-name">
        <span className="shl-main" title={key.name}>
          <span className="shl-cut">{key.name}</span>
          {key.visibility === "publishable" && <span className="shl-tag">{texts.publishable}</span>}
          {key.mode === "test" && <span className="shl-tag">{texts.test}</span>}
        </span>
        <span className="shl-sub">
          <code className="shl-key" dir="ltr">
            {key.masked}
          </code>
          <span className="shl-fact">
            <Expiry of={key} />
          </span>
          <span className="shl-fact">
            {key.lastUsedAt === null ? texts.neverUsed : <Time at={key.lastUsedAt} format={format} />}
          </span>
        </span>
      </th>
      <td role="cell" className="shl-c-sc" data-label={texts.scopes}>
        <ScopeChips scopes={key.scopes} name={key.name} />
      </td>
      <td role="cell" className="shl-c-used" data-label={texts.lastUsed}>
        <LastUsed of={key} />
      </td>
      <td role="cell" className="shl-c-exp" data-label={texts.expires}>
        {key.expiresAt === null ? (
          <span className="shl-main shl-none">{texts.noExpiry}</span>
        ) : (
          <>
            <span className="shl-main">
              <time dateTime={key.expiresAt} title={format.exact(key.expiresAt)}>
                {format.date(key.expiresAt)}
              </time>
            </span>
            <span className="shl-sub">{format.relative(key.expiresAt, { always: true })}</span>
          </>
        )}
      </td>
      <td role="cell" className="shl-c-st" data-label={texts.status}>
        <Status of={key}>
          {key.status === "rotating" && acts !== undefined && (
            <button
              type="button"
              className="shl-link"
              aria-label={messages.menu.endKeyNow(key.name)}
              onClick={() => {
                acts.revoke(key);
              }}
            >
              {messages.menu.endNow}
            </button>
          )}
        </Status>
      </td>
      <td role="cell" className="shl-c-made" data-label={texts.created}>
        <time dateTime={key.createdAt} title={format.exact(key.createdAt)}>
          {format.date(key.createdAt)}
        </time>
      </td>
      <td role="cell" className="shl-c-menu">
        {items.length > 0 && <Menu label={messages.menu.of(key.name)} items={items} />}
      </td>
    </tr>
  );
}

function Expiry({ of: { expiresAt, status } }: { of: ApiKey }): ReactNode {
  const { messages, format } = useEnvironment();
  if (expiresAt === null) {
    return messages.table.noExpiry;
  }
  const text = status === "expired" ? messages.table.expiredAgo : messages.table.expiresIn;
  return text(format.relative(expiresAt, { always: true }));
}

function LastUsed({ of: { lastUsedAt, lastUsedAddress } }: { of: ApiKey }): ReactNode {
  const { messages, format } = useEnvironment();
  if (lastUsedAt === null) {
    return <span className="shl-main shl-none">{messages.table.never}</span>;
  }
  return (
    <>
      <span className="shl-main">
        <Time at={lastUsedAt} format={format} />
      </span>
      {lastUsedAddress !== null && (
        <code className="shl-sub" dir="ltr" title={lastUsedAddress}>
          {lastUsedAddress}
        </code>
      )}
    </>
  );
}

function itemsOf(
  key: ApiKey,
  acts: RowActs,
  texts: ReturnType<typeof useEnvironment>["messages"]["menu"],
): readonly MenuItem[] {
  const { status, name } = key;
  if (status === "revoked" || status === "used") {
    return [];
  }
  const isLive = status !== "expired" && status !== "disabled";
  const item = (act: keyof RowActs, icon: IconName, isRisky = false): MenuItem => ({
    text: texts[act],
    label: texts[`${act}Key`](name),
    icon,
    isRisky,
    act: () => {
      acts[act](key);
    },
  });
  return [
    ...(isLive && status !== "rotating" ? [item("rotate", "rotating")] : []),
    ...(isLive ? [item("disable", "disabled")] : []),
    ...(status === "disabled" ? [item("enable", "active")] : []),
    item("revoke", "revoked", true),
  ];
}
