import type { ApiKey, IssuedApiKey } from "@shearline/sdk";
import { type ReactNode, useId, useRef, useState } from "react";
import { useEnvironment } from "../hooks/provider.tsx";
import { useAct } from "../hooks/use-act.ts";
import type { ApiKeys } from "../hooks/use-api-keys.ts";
import { drawIdempotencyKey } from "../logic/draw.ts";
import { lengthOf, spanOf } from "../logic/lifetime.ts";
import { Dialog } from "./dialog.tsx";
import { Field, Pills } from "./field.tsx";
import { FormFoot } from "./form-foot.tsx";
import { part, RichText } from "./parts.tsx";

const NOW = "0";
const CUSTOM = "custom";
const DEFAULT = "24h";
const DAYS_MAX = 30;

interface RotateProps {
  of: ApiKey;
  rotate: ApiKeys["rotate"];
  onRotated: (key: IssuedApiKey) => void;
  onLeave: () => void;
}

export function RotateDialog({ of: key, rotate, onRotated, onLeave }: RotateProps): ReactNode {
  const { messages, format } = useEnvironment();
  const texts = messages.rotate;
  const [choice, setChoice] = useState(DEFAULT);
  const [days, setDays] = useState("14");
  const [isAtFirstUse, setAtFirstUse] = useState(false);
  const act = useAct();
  const name = useId();
  const idempotencyKey = useRef(drawIdempotencyKey());
  const isWrong = choice === CUSTOM && !/^([1-9]|[12]\d|30)$/.test(days);
  const grace = choice === CUSTOM ? `${days}d` : choice;
  const change = (): void => {
    // another content is another call
    idempotencyKey.current = drawIdempotencyKey();
  };
  const submit = (): void => {
    if (!isWrong) {
      act.run(async () => {
        const rotation = { grace, endAtFirstUse: isAtFirstUse && grace !== NOW };
        onRotated(await rotate(key.id, rotation, { idempotencyKey: idempotencyKey.current }));
      });
    }
  };
  return (
    <Dialog
      title={texts.title(key.name)}
      onLeave={onLeave}
      onSubmit={submit}
      foot={<FormFoot act={act} texts={texts} isCancelFirst onLeave={onLeave} />}
    >
      <p className="shl-lead">
        {texts.lead} {key.lastUsedAt !== null && texts.lastUsed(format.relative(key.lastUsedAt))}
      </p>
      <fieldset className="shl-field">
        <legend className="shl-lbl">{texts.grace}</legend>
        <Pills
          name={name}
          value={choice}
          onChange={(value) => {
            change();
            setChoice(value);
          }}
          options={[
            [NOW, texts.stopNow],
            ["1h", texts.hours(1)],
            ["24h", texts.hours(24)],
            ["7d", texts.days(7)],
            [CUSTOM, texts.custom],
          ]}
        />
        {choice === CUSTOM && (
          <Field
            label={texts.customDays}
            fault={isWrong ? texts.customWrong : undefined}
            type="number"
            min={1}
            max={DAYS_MAX}
            defaultValue={days}
            onText={(text) => {
              change();
              setDays(text);
            }}
          />
        )}
        <p className="shl-hint" aria-live="polite">
          <Consequence grace={isWrong ? undefined : grace} />
        </p>
      </fieldset>
      {choice !== NOW && (
        <label className="shl-sc shl-single">
          <input
            type="checkbox"
            {...part("input")}
            className="shl-cb"
            checked={isAtFirstUse}
            onChange={(event) => {
              change();
              setAtFirstUse(event.currentTarget.checked);
            }}
          />
          <span>{texts.untilFirstUse}</span>
        </label>
      )}
    </Dialog>
  );
}

function Consequence({ grace }: { grace: string | undefined }): ReactNode {
  const { messages, format } = useEnvironment();
  const span = spanOf(grace);
  if (grace === NOW) {
    return messages.rotate.endsNow;
  }
  return (
    span && (
      <span>
        <RichText text={messages.rotate.endsAt(format.exact(new Date(Date.now() + lengthOf(span))))} />
      </span>
    )
  );
}
