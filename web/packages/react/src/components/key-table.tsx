import type { ApiKey } from "@shearline/sdk";
import type { ReactNode } from "react";
import { useEnvironment } from "../hooks/provider.tsx";
import { KeyRow, type RowActs } from "./key-row.tsx";
import { classes, part } from "./parts.tsx";

interface TableProps {
  keys: readonly ApiKey[];
  owner: string;
  /** Undefined for who may see and not change. */
  acts: RowActs | undefined;
  isLoading: boolean;
}

/** A table that is cards where it is narrow; explicit roles keep it a table. */
export function KeyTable({ keys, owner, acts, isLoading }: TableProps): ReactNode {
  const texts = useEnvironment().messages.table;
  const columns = [
    ["shl-c-name", texts.key],
    ["shl-c-sc", texts.scopes],
    ["shl-c-used", texts.lastUsed],
    ["shl-c-exp", texts.expires],
    ["shl-c-st", texts.status],
    ["shl-c-made", texts.created],
  ] as const;
  return (
    <table
      role="table"
      {...part("table")}
      className={classes("shl-keys", isLoading && "shl-stale")}
      aria-busy={isLoading}
    >
      <caption className="shl-vh">{texts.caption(owner)}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(([name, text]) => (
            <th key={name} role="columnheader" scope="col" className={name}>
              {text}
            </th>
          ))}
          <th role="columnheader" scope="col" className="shl-c-menu">
            <span className="shl-vh">{texts.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {keys.map((key) => (
          <KeyRow key={key.id} of={key} acts={acts} />
        ))}
      </tbody>
    </table>
  );
}
