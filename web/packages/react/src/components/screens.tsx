/** What hosts put into their pages. */
import { type ReactNode, useId, useState } from "react";
import { ProviderIfNeeded, type ShearlineSettings, useEnvironment } from "../hooks/provider.tsx";
import { useOwners } from "../hooks/use-owner.ts";
import type { Usage } from "../logic/snippets.ts";
import type { SessionOwner } from "../session.ts";
import { OwnerKeys } from "./owner-keys.tsx";
import { Button } from "./parts.tsx";
import { walk } from "./reveal/snippets.tsx";

export interface ScreenProps extends Partial<ShearlineSettings>, Usage {
  /** At most 100. By default 25. */
  pageSize?: number | undefined;
}

export interface ApiKeysProps extends ScreenProps {
  /** An id, or `ext:` and an id of yours. By default the owner that the session is for. */
  owner?: string | undefined;
}

/** The keys of one owner. */
export function ApiKeys({ owner, pageSize, apiUrl, variable, ...settings }: ApiKeysProps): ReactNode {
  return (
    <Screen {...settings}>
      <OwnerKeys
        owner={owner}
        pageSize={pageSize}
        apiUrl={apiUrl}
        variable={variable}
        head={(create) => <Head onCreate={create} />}
      />
    </Screen>
  );
}

/** The keys of a person and of each of their teams, for account settings. */
export function AccountApiKeys({ pageSize, apiUrl, variable, ...settings }: ScreenProps): ReactNode {
  return (
    <Screen {...settings}>
      <Account pageSize={pageSize} apiUrl={apiUrl} variable={variable} />
    </Screen>
  );
}

function Screen({ children, ...settings }: Partial<ShearlineSettings> & { children: ReactNode }): ReactNode {
  return (
    <ProviderIfNeeded {...settings}>
      <Frame>{children}</Frame>
    </ProviderIfNeeded>
  );
}

function Frame({ children }: { children: ReactNode }): ReactNode {
  const { messages } = useEnvironment();
  return (
    <section className="shl" lang={messages.language} aria-label={messages.title}>
      {children}
    </section>
  );
}

function Account(props: Pick<ScreenProps, "pageSize" | keyof Usage>): ReactNode {
  const owners = useOwners();
  const [chosen, setChosen] = useState<string>();
  const owner = owners.find(({ id }) => id === chosen) ?? owners[0];
  const id = useId();
  const hasTabs = owners.length > 1;
  return (
    <OwnerKeys
      {...props}
      owner={owner?.id}
      panel={hasTabs && owner ? { id, tab: `${id}${owner.id}` } : undefined}
      head={(create) => (
        <>
          <Head onCreate={create} />
          {hasTabs && <OwnerTabs owners={owners} current={owner} panel={id} onChoose={setChosen} />}
        </>
      )}
    />
  );
}

function Head({ onCreate }: { onCreate: (() => void) | undefined }): ReactNode {
  const { messages } = useEnvironment();
  return (
    <header className="shl-head">
      <div className="shl-grow">
        <h2 tabIndex={-1} data-home="">
          {messages.title}
        </h2>
        <p>{messages.lead}</p>
      </div>
      {onCreate !== undefined && (
        <Button look="primary" icon="plus" onClick={onCreate}>
          {messages.newKey}
        </Button>
      )}
    </header>
  );
}

function OwnerTabs({
  owners,
  current,
  panel,
  onChoose,
}: {
  owners: readonly SessionOwner[];
  current: SessionOwner | undefined;
  panel: string;
  onChoose: (id: string) => void;
}): ReactNode {
  const { messages } = useEnvironment();
  return (
    <div className="shl-tabs shl-own" role="tablist" aria-label={messages.owners} onKeyDown={walk}>
      {owners.map(({ id, name, type, liveKeys }) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`${panel}${id}`}
          aria-selected={id === current?.id}
          aria-controls={panel}
          tabIndex={id === current?.id ? 0 : -1}
          onClick={() => {
            onChoose(id);
          }}
        >
          <span className={`shl-av shl-av-${type}`} aria-hidden="true">
            {name.slice(0, 1).toUpperCase()}
          </span>
          <span className="shl-tx">{name}</span>
          <span className="shl-cnt">{liveKeys}</span>
        </button>
      ))}
    </div>
  );
}
