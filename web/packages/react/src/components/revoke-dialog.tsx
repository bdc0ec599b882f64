import type { ApiKey, ChangedApiKey, KeyImpact } from "@shearline/sdk";
import { type ReactNode, useEffect, useState } from "react";
import { useEnvironment } from "../hooks/provider.tsx";
import { useAct } from "../hooks/use-act.ts";
import type { ApiKeys } from "../hooks/use-api-keys.ts";
import { isInUse, isSameName, typeable } from "../logic/confirmation.ts";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";
import { FormFoot } from "./form-foot.tsx";
import { Button, RichText } from "./parts.tsx";

interface RevokeProps {
  of: ApiKey;
  keys: Pick<ApiKeys, "impact" | "revoke">;
  /** Undefined where the key is disabled already. */
  onDisable: (() => void) | undefined;
  onLeave: () => void;
}

export function RevokeDialog({ of: key, keys, onDisable, onLeave }: RevokeProps): ReactNode {
  const [revoked, setRevoked] = useState<ChangedApiKey>();
  return revoked === undefined ? (
    <Question of={key} keys={keys} onDisable={onDisable} onLeave={onLeave} onRevoked={setRevoked} />
  ) : (
    <Answer of={revoked} onLeave={onLeave} />
  );
}

function Question({
  of: key,
  keys,
  onDisable,
  onLeave,
  onRevoked,
}: RevokeProps & { onRevoked: (key: ChangedApiKey) => void }): ReactNode {
  const { messages } = useEnvironment();
  const texts = messages.revoke;
  const impact = useImpact(key, keys.impact);
  const [typed, setTyped] = useState("");
  const act = useAct();
  const lastUsedAt = impact?.lastUsedAt ?? key.lastUsedAt;
  const isUsed = isInUse(lastUsedAt);
  const mayRevoke = !isUsed || isSameName(typed, key.name);
  const submit = (): void => {
    if (mayRevoke) {
      act.run(async () => {
        onRevoked(await keys.revoke(key.id));
      });
    }
  };
  return (
    <Dialog
      title={texts.title(key.name)}
      onLeave={onLeave}
      onSubmit={submit}
      foot={
        <FormFoot act={act} texts={texts} look="danger" isBarred={!mayRevoke} isCancelFirst onLeave={onLeave}>
          {onDisable && (
            <Button look="ghost" icon="disabled" onClick={onDisable}>
              {texts.disableInstead}
            </Button>
          )}
        </FormFoot>
      }
    >
      <p className="shl-lead">
        {isUsed ? <RichText text={texts.inUse} /> : lastUsedAt === null ? texts.unused : texts.quiet}
      </p>
      {lastUsedAt !== null && <WhatStops of={key} lastUsedAt={lastUsedAt} impact={impact} />}
      {isUsed && <Field label={<RichText text={texts.typeName(typeable(key.name))} />} onText={setTyped} />}
    </Dialog>
  );
}

function WhatStops({
  of: key,
  lastUsedAt,
  impact,
}: {
  of: ApiKey;
  lastUsedAt: string;
  impact: KeyImpact | undefined;
}): ReactNode {
  const { messages, format } = useEnvironment();
  const texts = messages.revoke;
  const used = format.relative(lastUsedAt);
  const address = key.lastUsedAddress;
  const addresses = new Set(impact?.callers.flatMap((caller) => caller.address ?? [])).size;
  return (
    <div className="shl-breaks">
      <h3>{texts.whatStops}</h3>
      <dl>
        <div>
          <dt>{texts.lastUsed}</dt>
          <dd>{address === null ? used : <RichText text={texts.lastUsedFrom(used, address)} />}</dd>
        </div>
        {impact !== undefined && (
          <>
            <div>
              <dt>{texts.today}</dt>
              <dd>
                <RichText text={texts.requests(impact.today.allowed, 0)} />
              </dd>
            </div>
            <div>
              <dt>{texts.week}</dt>
              <dd>
                <RichText text={texts.requests(impact.week.allowed, addresses)} />
              </dd>
            </div>
          </>
        )}
      </dl>
    </div>
  );
}

/** On how many nodes it is dead, and after how long. */
function Answer({
  of: { name, propagation },
  onLeave,
}: {
  of: ChangedApiKey;
  onLeave: () => void;
}): ReactNode {
  const { messages, format } = useEnvironment();
  const texts = messages.revoke;
  const { nodes, acknowledged, fenced, complete, tookMs, deadBy } = propagation;
  return (
    <Dialog
      title={complete ? texts.doneTitle : texts.pendingTitle}
      onLeave={onLeave}
      foot={
        <div className="shl-acts">
          <Button data-first="" onClick={onLeave}>
            {texts.done}
          </Button>
        </div>
      }
    >
      <p className="shl-lead" role="status">
        <RichText
          text={
            complete
              ? texts.doneLead(name, nodes, tookMs)
              : texts.pendingLead(
                  name,
                  acknowledged + fenced,
                  nodes,
                  deadBy === null ? "…" : format.exact(deadBy),
                )
          }
        />
      </p>
    </Dialog>
  );
}

/** What would notice; while it is not known, the dialog says what the list knows. */
function useImpact(key: ApiKey, read: ApiKeys["impact"]): KeyImpact | undefined {
  const [impact, setImpact] = useState<KeyImpact>();
  useEffect(() => {
    let isWanted = true;
    read(key.id).then(
      (value) => {
        if (isWanted) {
          setImpact(value);
        }
      },
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [key.id, read]);
  return impact;
}
