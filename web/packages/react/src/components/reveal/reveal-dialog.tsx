import type { IssuedApiKey } from "@shearline/sdk";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { useEnvironment } from "../../hooks/provider.tsx";
import { copy, copyShortcut } from "../../logic/clipboard.ts";
import type { Usage } from "../../logic/snippets.ts";
import { Dialog } from "../dialog.tsx";
import { Icon } from "../icon.tsx";
import { Button, classes, Note, part, RichText } from "../parts.tsx";
import { useLeaveGuard } from "./guard.ts";
import { Snippets } from "./snippets.tsx";

interface RevealProps {
  issued: IssuedApiKey;
  usage: Usage;
  onLeave: () => void;
}

type Copied = "no" | "yes" | "refused";

/** The one moment in which the secret is seen. It is nowhere once this is closed. */
export function RevealDialog({ issued, usage, onLeave }: RevealProps): ReactNode {
  const texts = useEnvironment().messages.reveal;
  const [copied, setCopied] = useState<Copied>("no");
  const [isAsking, setAsking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useSecretIn(field, issued.value);
  const leave = (): void => {
    if (copied === "yes") {
      onLeave();
    } else {
      setAsking(true);
    }
  };
  useLeaveGuard(copied !== "yes", () => {
    setAsking(true);
  });
  const copyText = (text: string, holdsKey: boolean): void => {
    void copy(text).then((isCopied) => {
      if (!isCopied) {
        setCopied("refused");
        field.current?.focus();
        field.current?.select();
      } else if (holdsKey) {
        setCopied("yes");
        setAsking(false);
      }
    });
  };
  const foot = isAsking ? (
    <Ask
      onBack={() => {
        setAsking(false);
      }}
      onLeave={onLeave}
    />
  ) : (
    <div className="shl-bar">
      <span className={classes("shl-hint", copied === "yes" && "shl-ok")} aria-live="polite">
        <Icon name={copied === "yes" ? "check" : "warn"} />
        {copied === "yes" ? texts.copied : texts.notCopied}
      </span>
      <Button onClick={leave}>{texts.done}</Button>
    </div>
  );
  return (
    <Dialog title={texts.title} size="wide" onLeave={leave} foot={foot}>
      <p className="shl-lead">
        <RichText text={texts.lead(issued.name)} />
      </p>
      <div className="shl-secret">
        <input
          ref={field}
          {...part("input")}
          className={classes("shl-in", copied === "refused" && "shl-picked")}
          readOnly
          dir="ltr"
          spellCheck={false}
          autoComplete="off"
          aria-label={texts.field}
          onFocus={(event) => {
            event.currentTarget.select();
          }}
          onCopy={() => {
            setCopied("yes");
          }}
        />
        <Button
          look="primary"
          icon={copied === "yes" ? "check" : "copy"}
          data-first=""
          onClick={() => {
            copyText(issued.value, true);
          }}
        >
          {copied === "yes" ? texts.copied : texts.copy}
        </Button>
      </div>
      {copied === "refused" && (
        <Note look="warn">
          <RichText text={texts.refused(copyShortcut())} />
        </Note>
      )}
      <Snippets secret={issued.value} masked={issued.masked} usage={usage} onCopy={copyText} />
    </Dialog>
  );
}

function Ask({ onBack, onLeave }: { onBack: () => void; onLeave: () => void }): ReactNode {
  const texts = useEnvironment().messages.reveal;
  const question = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    question.current?.querySelector("button")?.focus();
  }, []);
  return (
    <div ref={question} className="shl-ask" role="alert">
      <p>
        <b>{texts.askTitle}</b> {texts.askLead}
      </p>
      <div className="shl-acts">
        <Button onClick={onBack}>{texts.back}</Button>
        <Button className="shl-btn shl-risky" onClick={onLeave}>
          {texts.leave}
        </Button>
      </div>
    </div>
  );
}

/** Written into the field by hand, and wiped from it: no rendering keeps it in an attribute. */
function useSecretIn(field: { readonly current: HTMLInputElement | null }, secret: string): void {
  useLayoutEffect(() => {
    const input = field.current;
    if (input !== null) {
      input.value = secret;
    }
    return () => {
      if (input !== null) {
        input.value = "";
      }
    };
  }, [field, secret]);
}
