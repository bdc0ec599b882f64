import type { ApiKey, IssuedApiKey } from "@shearline/sdk";
import { type ReactNode, useState } from "react";
import { useEnvironment } from "../hooks/provider.tsx";
import { useAct } from "../hooks/use-act.ts";
import { type ApiKeys, type KeyFilters, useApiKeys } from "../hooks/use-api-keys.ts";
import type { Usage } from "../logic/snippets.ts";
import type { Session, SessionOwner } from "../session.ts";
import { CreateDialog } from "./create/create-dialog.tsx";
import { FailureNote } from "./form-foot.tsx";
import { KeyTable } from "./key-table.tsx";
import { Button, Note } from "./parts.tsx";
import { RevealDialog } from "./reveal/reveal-dialog.tsx";
import { RevokeDialog } from "./revoke-dialog.tsx";
import { RotateDialog } from "./rotate-dialog.tsx";
import { Empty, Failed, NoMatch, Skeleton } from "./states.tsx";
import { isFiltered, Toolbar } from "./toolbar.tsx";

type Open =
  | { readonly kind: "create" }
  | { readonly kind: "reveal"; readonly issued: IssuedApiKey }
  | { readonly kind: "rotate" | "revoke"; readonly key: ApiKey };

interface OwnerKeysProps extends Usage {
  owner: string | undefined;
  pageSize?: number | undefined;
  /** Above the list: what it is, and the button that creates. */
  head: (create: (() => void) | undefined) => ReactNode;
  /** Where a tab shows the list: what it is called, and by which tab. */
  panel?: { readonly id: string; readonly tab: string } | undefined;
}

const NONE: KeyFilters = {};

/** The keys of one owner, and the dialogs that change them. */
export function OwnerKeys({ owner: reference, pageSize, head, panel, ...usage }: OwnerKeysProps): ReactNode {
  const { messages } = useEnvironment();
  const [filters, setFilters] = useFilters(reference);
  const keys = useApiKeys({ owner: reference, filters, pageSize });
  const [open, setOpen] = useState<Open>();
  const [said, setSaid] = useState("");
  const act = useAct();
  const { session, owner } = keys;
  const close = (): void => {
    setOpen(undefined);
  };
  const reveal = (issued: IssuedApiKey): void => {
    setSaid(messages.reveal.announced(issued.name));
    setOpen({ kind: "reveal", issued });
  };
  const change = (doing: Promise<unknown>, text: string): void => {
    act.run(async () => {
      await doing;
      setSaid(text);
    });
  };
  const disable = (key: ApiKey): void => {
    change(keys.disable(key.id), messages.said.disabled(key.name));
  };
  const create =
    keys.mayChange && owner?.limits
      ? (): void => {
          setOpen({ kind: "create" });
        }
      : undefined;
  const acts = {
    rotate: (key: ApiKey): void => {
      setOpen({ kind: "rotate", key });
    },
    revoke: (key: ApiKey): void => {
      setOpen({ kind: "revoke", key });
    },
    disable,
    enable: (key: ApiKey): void => {
      change(keys.enable(key.id), messages.said.enabled(key.name));
    },
  };
  return (
    <>
      {head(create)}
      <p className="shl-vh" role="status">
        {said}
      </p>
      <div className="shl-pad">
        <FailureNote failure={act.failure} />
      </div>
      <div {...(panel && { role: "tabpanel", id: panel.id, "aria-labelledby": panel.tab })}>
        <List keys={keys} filters={filters} onFilter={setFilters} acts={acts} onCreate={create} />
      </div>
      {open !== undefined && session !== undefined && owner !== undefined && (
        <Opened
          open={open}
          keys={keys}
          session={session}
          owner={owner}
          usage={usage}
          onReveal={reveal}
          onDisable={disable}
          onLeave={close}
        />
      )}
    </>
  );
}

/** Another owner begins without any. */
function useFilters(owner: string | undefined): [KeyFilters, (change?: KeyFilters) => void] {
  const [held, setHeld] = useState({ owner, filters: NONE });
  return [
    held.owner === owner ? held.filters : NONE,
    (change) => {
      setHeld((before) => ({
        owner,
        // what is typed arrives later than what is chosen
        filters: change && before.owner === owner ? { ...before.filters, ...change } : { ...change },
      }));
    },
  ];
}

interface ListProps {
  keys: ApiKeys;
  filters: KeyFilters;
  onFilter: (change?: KeyFilters) => void;
  acts: Parameters<typeof KeyTable>[0]["acts"];
  onCreate: (() => void) | undefined;
}

function List({ keys: list, filters, onFilter, acts, onCreate }: ListProps): ReactNode {
  const { messages } = useEnvironment();
  const { keys, session, owner, failure, isLoading, mayChange, reload } = list;
  if (failure !== undefined) {
    return <Failed failure={failure} onRetry={reload} />;
  }
  if (session !== undefined && owner === undefined) {
    return (
      <div className="shl-pad">
        <Note look="error">{messages.states.unknownOwner}</Note>
      </div>
    );
  }
  const filtered = isFiltered(filters);
  if (owner === undefined || session === undefined || (keys === undefined && !filtered)) {
    return <Skeleton />;
  }
  const isEmpty = keys?.length === 0 && !isLoading && list.page === 1;
  if (isEmpty && !filtered && owner.liveKeys === 0) {
    return <Empty owner={owner.name} onCreate={onCreate} />;
  }
  const all = filtered || list.page > 1 || list.hasNext ? owner.liveKeys : undefined;
  return (
    <>
      {!mayChange && (
        <div className="shl-pad">
          <Note>{messages.states.viewOnly}</Note>
        </div>
      )}
      {mayChange && owner.limits === null && (
        <div className="shl-pad">
          <Note>{messages.states.locked(owner.plan)}</Note>
        </div>
      )}
      <Toolbar
        key={owner.id}
        filters={filters}
        onChange={onFilter}
        scopes={session.scopes}
        count={keys === undefined ? "" : messages.table.shown(keys.length, filtered ? undefined : all)}
      />
      {isEmpty ? (
        <NoMatch
          onClear={() => {
            onFilter();
          }}
        />
      ) : (
        <div className="shl-tablewrap">
          <KeyTable
            keys={keys ?? []}
            owner={owner.name}
            acts={mayChange ? acts : undefined}
            isLoading={isLoading}
          />
        </div>
      )}
      <Pager list={list} />
    </>
  );
}

function Pager({ list: { page, hasNext, isLoading, next, previous } }: { list: ApiKeys }): ReactNode {
  const texts = useEnvironment().messages.table;
  if (page === 1 && !hasNext) {
    return null;
  }
  return (
    <nav className="shl-pager" aria-label={texts.pages}>
      <span aria-live="polite">{texts.page(page)}</span>
      <div className="shl-acts">
        <Button isSmall disabled={page === 1} onClick={previous}>
          {texts.previous}
        </Button>
        <Button isSmall disabled={!hasNext} aria-disabled={isLoading} onClick={next}>
          {texts.next}
        </Button>
      </div>
    </nav>
  );
}

interface OpenedProps {
  open: Open;
  keys: ApiKeys;
  session: Session;
  owner: SessionOwner;
  usage: Usage;
  onReveal: (issued: IssuedApiKey) => void;
  onDisable: (key: ApiKey) => void;
  onLeave: () => void;
}

function Opened({ open, keys, session, owner, usage, onReveal, onDisable, onLeave }: OpenedProps): ReactNode {
  switch (open.kind) {
    case "create":
      return (
        owner.limits && (
          <CreateDialog
            session={session}
            owner={owner}
            terms={owner.limits}
            create={keys.create}
            onCreated={onReveal}
            onLeave={onLeave}
          />
        )
      );
    case "reveal":
      return <RevealDialog issued={open.issued} usage={usage} onLeave={onLeave} />;
    case "rotate":
      return <RotateDialog of={open.key} rotate={keys.rotate} onRotated={onReveal} onLeave={onLeave} />;
    case "revoke":
      return (
        <RevokeDialog
          of={open.key}
          keys={keys}
          onDisable={
            open.key.status === "disabled" || open.key.status === "expired"
              ? undefined
              : () => {
                  onDisable(open.key);
                  onLeave();
                }
          }
          onLeave={onLeave}
        />
      );
  }
}
