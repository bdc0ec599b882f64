import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { useEnvironment } from "../../hooks/provider.tsx";
import { maskIn, type Snippet, snippetsOf, testCall, type Usage } from "../../logic/snippets.ts";
import { Icon } from "../icon.tsx";
import { IconButton } from "../parts.tsx";

interface SnippetsProps {
  secret: string;
  masked: string;
  usage: Usage;
  /** Copies a text; says whether the key is in it. */
  onCopy: (text: string, holdsKey: boolean) => void;
}

/** The key in the places that it usually goes to. What is shown of it is masked; what is copied is not. */
export function Snippets({ secret, masked, usage, onCopy }: SnippetsProps): ReactNode {
  const { messages, connection } = useEnvironment();
  const texts = messages.reveal;
  const snippets = snippetsOf(secret, usage, messages.snippets);
  const [at, setAt] = useState(0);
  const id = useId();
  const shown = snippets[at];
  const test = testCall(connection.base, usage.variable);
  return (
    <>
      <div className="shl-uses">
        <div className="shl-tabs" role="tablist" aria-label={texts.uses} onKeyDown={walk}>
          {snippets.map(({ name }, index) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`${id}t${String(index)}`}
              aria-selected={index === at}
              aria-controls={id}
              tabIndex={index === at ? 0 : -1}
              onClick={() => {
                setAt(index);
              }}
            >
              {name}
            </button>
          ))}
        </div>
        <div role="tabpanel" id={id} aria-labelledby={`${id}t${String(at)}`}>
          {shown && <Code snippet={shown} secret={secret} masked={masked} onCopy={onCopy} />}
        </div>
      </div>
      <details className="shl-more">
        <summary>
          <Icon name="right" />
          {texts.test}
          <span className="shl-hint">{texts.testLead}</span>
        </summary>
        <Code
          snippet={{ name: texts.test, text: test, holdsKey: false }}
          secret={secret}
          masked={masked}
          onCopy={onCopy}
        />
      </details>
    </>
  );
}

function Code({
  snippet: { name, text, holdsKey },
  secret,
  masked,
  onCopy,
}: Omit<SnippetsProps, "usage"> & { snippet: Snippet }): ReactNode {
  const texts = useEnvironment().messages.reveal;
  return (
    <div className="shl-code" dir="ltr">
      <pre tabIndex={0} role="region" aria-label={name}>
        {maskIn(text, secret, masked)}
      </pre>
      <IconButton
        icon="copy"
        label={texts.copyThis(name)}
        onClick={() => {
          onCopy(text, holdsKey);
        }}
      />
    </div>
  );
}

/** Left and right, Home and End, as of any row of tabs. */
export function walk(event: KeyboardEvent<HTMLElement>): void {
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")];
  const at = tabs.findIndex((tab) => tab.tabIndex === 0);
  const isRightToLeft = getComputedStyle(event.currentTarget).direction === "rtl";
  const step = isRightToLeft ? -1 : 1;
  const next = { ArrowRight: at + step, ArrowLeft: at - step, Home: 0, End: -1 }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    const tab = tabs.at(next % tabs.length);
    tab?.focus();
    tab?.click();
  }
}
