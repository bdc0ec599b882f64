import { type IssuedApiKey, ShearlineError } from "@shearline/sdk";
import { type ReactNode, useRef, useState } from "react";
import { useEnvironment } from "../../hooks/provider.tsx";
import { useAct } from "../../hooks/use-act.ts";
import type { ApiKeys } from "../../hooks/use-api-keys.ts";
import {
  addressesOf,
  type Draft,
  emptyDraft,
  type Faults,
  faultsIn,
  faultsOf,
  keyOf,
  scopesOf,
} from "../../logic/draft.ts";
import { drawIdempotencyKey } from "../../logic/draw.ts";
import { endOf } from "../../logic/lifetime.ts";
import { FULL_ACCESS } from "../../logic/scopes.ts";
import type { Rich } from "../../messages/rich.ts";
import type { KeyTerms, Session, SessionOwner } from "../../session.ts";
import { Dialog } from "../dialog.tsx";
import { FormFoot } from "../form-foot.tsx";
import { RichText } from "../parts.tsx";
import { ExpiryPicker } from "./expiry-picker.tsx";
import { AdvancedFields, NameFields, VisibilityField } from "./fields.tsx";
import { ScopePicker } from "./scope-picker.tsx";

interface CreateProps {
  session: Session;
  owner: SessionOwner;
  terms: KeyTerms;
  create: ApiKeys["create"];
  onCreated: (key: IssuedApiKey) => void;
  onLeave: () => void;
}

export function CreateDialog({ session, owner, terms, create, onCreated, onLeave }: CreateProps): ReactNode {
  const { messages, format } = useEnvironment();
  const texts = messages.create;
  const [draft, setDraft] = useState(() => emptyDraft(terms));
  const [isTried, setTried] = useState(false);
  const act = useAct();
  const idempotent = useIdempotencyKey();
  const own = isTried ? faultsOf(draft, terms, texts, format) : {};
  const theirs = act.failure instanceof ShearlineError ? faultsIn(act.failure) : {};
  const faults: Faults = { ...theirs, ...own };
  const change = (changed: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...changed }));
    if (act.failure !== undefined) {
      act.forget();
    }
  };
  const submit = (form: HTMLFormElement): void => {
    setTried(true);
    if (Object.keys(faultsOf(draft, terms, texts, format)).length > 0) {
      requestAnimationFrame(() => {
        form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      });
      return;
    }
    const key = keyOf(draft, session);
    act.run(async () => {
      onCreated(await create(key, { idempotencyKey: idempotent(JSON.stringify(draft)) }));
    });
  };
  const isForWhole = act.failure !== undefined && Object.keys(theirs).length === 0;
  return (
    <Dialog
      title={texts.title(owner.name, owner.type === "user")}
      size="tall"
      closeLabel={texts.close}
      onLeave={onLeave}
      onSubmit={submit}
      foot={
        <FormFoot act={act} texts={texts} failure={isForWhole ? act.failure : null} onLeave={onLeave}>
          <p className="shl-sum">
            <RichText text={useSummary(draft, session, owner)} />
          </p>
        </FormFoot>
      }
    >
      <NameFields draft={draft} faults={faults} onChange={change} />
      <ScopePicker draft={draft} session={session} owner={owner} fault={faults.scopes} onChange={change} />
      <ExpiryPicker
        expiry={draft.expiry}
        terms={terms}
        fault={faults.expiry}
        onChange={(expiry) => {
          change({ expiry });
        }}
      />
      <VisibilityField draft={draft} onChange={change} />
      <AdvancedFields draft={draft} faults={faults} onChange={change} isNeeded={terms.cidrsRequired} />
    </Dialog>
  );
}

function useSummary(draft: Draft, session: Session, owner: SessionOwner): Rich {
  const { messages, format } = useEnvironment();
  const scopes = scopesOf(draft, session);
  const end = endOf(draft.expiry, Date.now());
  return messages.create.summary({
    isPublic: draft.isPublic,
    owner: owner.name,
    scopes: scopes.length === 0 ? undefined : format.list(scopes),
    isFull: scopes.includes(FULL_ACCESS),
    isLimited: addressesOf(draft).length > 0,
    until: end && format.date(end),
  });
}

/** The same for the same content, so that sent again after a lost answer it makes one key only. */
function useIdempotencyKey(): (content: string) => string {
  const held = useRef({ content: "", key: "" });
  return (content) => {
    if (held.current.content !== content) {
      held.current = { content, key: drawIdempotencyKey() };
    }
    return held.current.key;
  };
}
