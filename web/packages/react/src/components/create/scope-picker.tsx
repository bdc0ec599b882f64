import { type ReactNode, useState } from "react";
import { useEnvironment } from "../../hooks/provider.tsx";
import type { Draft } from "../../logic/draft.ts";
import { covers, FULL_ACCESS, groupsOf } from "../../logic/scopes.ts";
import type { ScopeDefinition, Session, SessionOwner } from "../../session.ts";
import { Icon } from "../icon.tsx";
import { classes, part } from "../parts.tsx";

const SEARCH_FROM = 6;

interface PickerProps {
  draft: Draft;
  session: Session;
  owner: SessionOwner;
  fault: string | undefined;
  onChange: (change: Partial<Draft>) => void;
}

export function ScopePicker({ draft, session, owner, fault, onChange }: PickerProps): ReactNode {
  const texts = useEnvironment().messages.create;
  const forced = session.forced?.scopes;
  const chosen = draft.scopes.length;
  return (
    <fieldset className="shl-field">
      <legend className="shl-lbl">
        {texts.scopes}
        {chosen > 0 && !draft.isFull && <em aria-live="polite">{texts.chosen(chosen)}</em>}
      </legend>
      {forced ? (
        <Forced scopes={forced} text={texts.forcedScopes} />
      ) : (
        <>
          {!draft.isFull && (
            <Choice draft={draft} owner={owner} scopes={session.scopes} onChange={onChange} />
          )}
          {owner.grantable.includes(FULL_ACCESS) && (
            <FullAccess draft={draft} owner={owner} onChange={onChange} />
          )}
        </>
      )}
      {fault !== undefined && <p className="shl-hint shl-fault">{fault}</p>}
    </fieldset>
  );
}

function Forced({ scopes, text }: { scopes: readonly string[]; text: string }): ReactNode {
  return (
    <>
      <span className="shl-chips">
        {scopes.map((scope) => (
          <span key={scope} className="shl-chip">
            {scope}
          </span>
        ))}
      </span>
      <p className="shl-hint">{text}</p>
    </>
  );
}

function Choice({
  draft,
  owner,
  scopes,
  onChange,
}: Pick<PickerProps, "draft" | "owner" | "onChange"> & { scopes: readonly ScopeDefinition[] }): ReactNode {
  const texts = useEnvironment().messages.create;
  const [search, setSearch] = useState("");
  const groups = groupsOf(scopes, search);
  const all = groupsOf(scopes).reduce((sum, group) => sum + group.scopes.length, 0);
  if (all === 0) {
    return <p className="shl-hint">{texts.noScopes}</p>;
  }
  const toggle = (name: string): void => {
    const without = draft.scopes.filter((scope) => scope !== name);
    onChange({ scopes: without.length === draft.scopes.length ? [...draft.scopes, name] : without });
  };
  return (
    <div className="shl-scopes">
      {all >= SEARCH_FROM && (
        <label className="shl-search shl-in-box">
          <Icon name="search" />
          <input
            type="search"
            aria-label={texts.searchScopes(all)}
            placeholder={texts.searchScopes(all)}
            onInput={(event) => {
              setSearch(event.currentTarget.value);
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter") {
                event.preventDefault();
              }
            }}
          />
        </label>
      )}
      <div className="shl-scroll" tabIndex={0} role="group" aria-label={texts.scopes}>
        {groups.map((group) => (
          <section key={group.resource}>
            <h3>{group.resource}</h3>
            {group.scopes.map((scope) => (
              <ScopeBox
                key={scope.name}
                scope={scope}
                bar={
                  !covers(owner.grantable, scope.name)
                    ? texts.notGrantable
                    : draft.isPublic && !scope.publishable
                      ? texts.notPublishable
                      : undefined
                }
                isOn={draft.scopes.includes(scope.name)}
                onToggle={toggle}
              />
            ))}
          </section>
        ))}
        {groups.length === 0 && <p className="shl-hint">{texts.noSuchScope}</p>}
      </div>
    </div>
  );
}

function ScopeBox({
  scope: { name, title, description },
  bar,
  isOn,
  onToggle,
}: {
  scope: ScopeDefinition;
  /** Why it may not be chosen. */
  bar: string | undefined;
  isOn: boolean;
  onToggle: (name: string) => void;
}): ReactNode {
  return (
    <label className={classes("shl-sc", bar && "shl-off")}>
      <input
        type="checkbox"
        {...part("input")}
        className="shl-cb"
        checked={isOn}
        disabled={bar !== undefined && !isOn}
        onChange={() => {
          onToggle(name);
        }}
      />
      <code>{name}</code>
      <span className="shl-d">
        {bar === undefined ? (
          description || title
        ) : (
          <>
            <Icon name="lock" />
            {bar}
          </>
        )}
      </span>
    </label>
  );
}

function FullAccess({
  draft,
  owner,
  onChange,
}: Pick<PickerProps, "draft" | "owner" | "onChange">): ReactNode {
  const texts = useEnvironment().messages.create;
  return (
    <label className={classes("shl-switchrow", draft.isFull && "shl-note-warn")}>
      {draft.isFull && <Icon name="warn" />}
      <span className="shl-grow">
        <b>{texts.fullAccess}</b>
        <small>{texts.fullAccessLead(owner.name)}</small>
      </span>
      <input
        type="checkbox"
        role="switch"
        className="shl-sw"
        checked={draft.isFull}
        onChange={(event) => {
          onChange({ isFull: event.currentTarget.checked });
        }}
      />
    </label>
  );
}
