import type { ReactNode } from "react";
import { useEnvironment } from "../hooks/provider.tsx";
import type { Act } from "../hooks/use-act.ts";
import { saidOf } from "../logic/failure.ts";
import { Button, Note } from "./parts.tsx";

interface FormFootProps {
  act: Act;
  texts: { readonly cancel: string; readonly submit: string; readonly submitting: string };
  look?: "primary" | "danger";
  /** Null where what went wrong is said at the fields. */
  failure?: unknown;
  isBarred?: boolean;
  isCancelFirst?: boolean;
  onLeave: () => void;
  /** The sentence that sums it up, or another way out. */
  children?: ReactNode;
}

/** How each form ends: what went wrong, what it comes to, the way out, the act. */
export function FormFoot({
  act,
  texts,
  look = "primary",
  failure = act.failure,
  isBarred,
  isCancelFirst,
  onLeave,
  children,
}: FormFootProps): ReactNode {
  return (
    <>
      <FailureNote failure={failure} />
      <div className="shl-bar">
        {children}
        <div className="shl-acts">
          <Button data-first={isCancelFirst && ""} onClick={onLeave}>
            {texts.cancel}
          </Button>
          <Button look={look} type="submit" disabled={isBarred} aria-disabled={act.isBusy}>
            {act.isBusy ? texts.submitting : texts.submit}
          </Button>
        </div>
      </div>
    </>
  );
}

export function FailureNote({ failure }: { failure: unknown }): ReactNode {
  const texts = useEnvironment().messages.failure;
  return (
    failure !== undefined &&
    failure !== null && (
      <Note look="error" title={texts.title}>
        {saidOf(failure, texts)}
      </Note>
    )
  );
}
