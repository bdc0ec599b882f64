import { type ReactNode, useId } from "react";
import { useEnvironment } from "../../hooks/provider.tsx";
import {
  dayOf,
  endOf,
  type Expiry,
  expiryLimits,
  lastDay,
  presetsWithin,
  type Span,
  spanOf,
  textOf,
} from "../../logic/lifetime.ts";
import type { Messages } from "../../messages/en.ts";
import type { KeyTerms } from "../../session.ts";
import { Field, Pills } from "../field.tsx";
import { Icon } from "../icon.tsx";
import { RichText } from "../parts.tsx";

const CUSTOM = "custom";
const NEVER = "none";

interface PickerProps {
  expiry: Expiry;
  terms: KeyTerms;
  fault: string | undefined;
  onChange: (expiry: Expiry) => void;
}

export function ExpiryPicker({ expiry, terms, fault, onChange }: PickerProps): ReactNode {
  const texts = useEnvironment().messages.create;
  const limits = expiryLimits(terms);
  const presets = presetsWithin(limits);
  const name = useId();
  const value = expiry.kind === "in" ? textOf(expiry.span) : expiry.kind === "on" ? CUSTOM : NEVER;
  const choose = (option: string): void => {
    const span = spanOf(option);
    onChange(
      span !== undefined
        ? { kind: "in", span }
        : option === NEVER
          ? { kind: "never" }
          : { kind: "on", day: dayOf(endOf(expiry, Date.now())?.getTime() ?? Date.now()) },
    );
  };
  return (
    <fieldset className="shl-field">
      <legend className="shl-lbl">{texts.expires}</legend>
      <Pills
        name={name}
        value={value}
        onChange={choose}
        options={[
          ...presets.map((span) => [textOf(span), wordsOf(span, texts)] as const),
          [CUSTOM, texts.custom] as const,
          ...(limits.mayBeNone ? [[NEVER, texts.none] as const] : []),
        ]}
      />
      {expiry.kind === "on" && (
        <Field
          label={texts.endDate}
          fault={fault}
          type="date"
          min={dayOf(Date.now())}
          max={lastDay(limits, Date.now())}
          defaultValue={expiry.day}
          onText={(day) => {
            onChange({ kind: "on", day });
          }}
        />
      )}
      <End expiry={expiry} isRequired={!limits.mayBeNone} />
      {fault !== undefined && expiry.kind !== "on" && <p className="shl-hint shl-fault">{fault}</p>}
    </fieldset>
  );
}

/** The resulting date, in words. */
function End({ expiry, isRequired }: { expiry: Expiry; isRequired: boolean }): ReactNode {
  const { messages, format } = useEnvironment();
  const texts = messages.create;
  const end = endOf(expiry, Date.now());
  return (
    <>
      <p className="shl-hint" aria-live="polite">
        <Icon name={expiry.kind === "never" ? "warn" : "calendar"} />
        <span>
          {expiry.kind === "never"
            ? texts.expiresNever
            : end && <RichText text={texts.expiresAt(format.exact(end))} />}
        </span>
      </p>
      {isRequired && (
        <p className="shl-hint">
          <Icon name="lock" />
          <span>{texts.expiryRequired}</span>
        </p>
      )}
    </>
  );
}

function wordsOf({ count, unit }: Span, texts: Messages["create"]): string {
  return { h: texts.hours, d: texts.days, y: texts.years }[unit](count);
}
