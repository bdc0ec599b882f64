import { type ReactNode, useId, useRef } from "react";
import { useEnvironment } from "../hooks/provider.tsx";
import { chipsOf, FULL_ACCESS } from "../logic/scopes.ts";
import { Icon } from "./icon.tsx";

/** As many as a row has room for; the others are a press away. */
export function ScopeChips({ scopes, name }: { scopes: readonly string[]; name: string }): ReactNode {
  const texts = useEnvironment().messages.table;
  const { shown, hidden } = chipsOf(scopes);
  const all = useRef<HTMLDivElement>(null);
  const id = useId();
  if (scopes.length === 0) {
    return <span className="shl-none">{texts.noScopes}</span>;
  }
  return (
    <span className="shl-chips">
      {shown.map((scope) => (
        <Chip key={scope} scope={scope} fullAccess={texts.fullAccess} />
      ))}
      {hidden.length > 0 && (
        <>
          <button
            type="button"
            className="shl-chip shl-chip-more"
            aria-label={`+${String(hidden.length)}: ${texts.moreScopes(hidden.length, name)}`}
            aria-describedby={id}
            onClick={(event) => {
              const at = event.currentTarget.getBoundingClientRect();
              all.current?.showPopover();
              all.current?.style.setProperty("left", `${String(at.left)}px`);
              all.current?.style.setProperty("top", `${String(at.bottom + 4)}px`);
            }}
          >
            +{hidden.length}
          </button>
          <div ref={all} id={id} popover="auto" className="shl-menu shl-all">
            {scopes.map((scope) => (
              <code key={scope}>{scope}</code>
            ))}
          </div>
        </>
      )}
    </span>
  );
}

function Chip({ scope, fullAccess }: { scope: string; fullAccess: string }): ReactNode {
  return scope === FULL_ACCESS ? (
    <span className="shl-chip shl-chip-full">
      <Icon name="warn" />
      {fullAccess}
    </span>
  ) : (
    <span className="shl-chip" title={scope}>
      {scope}
    </span>
  );
}
