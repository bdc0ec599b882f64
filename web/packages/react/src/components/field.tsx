import { type ComponentPropsWithoutRef, type ReactNode, useId } from "react";
import { classes, part } from "./parts.tsx";

interface FieldProps {
  label: ReactNode;
  note?: string | undefined;
  hint?: string | undefined;
  fault?: string | undefined;
  onText: (text: string) => void;
}

type Controls = Omit<ComponentPropsWithoutRef<"input">, "onInput"> & { rows?: number };

/** A field for text, tied to its label, its hint and what is wrong with it. With `rows` it has several lines. */
export function Field({
  label,
  note,
  hint,
  fault,
  onText,
  className,
  ...rest
}: FieldProps & Controls): ReactNode {
  const id = useId();
  const text = fault ?? hint;
  const Control = (rest.rows === undefined ? "input" : "textarea") as "input";
  return (
    <div className="shl-field">
      <label className="shl-lbl" htmlFor={id}>
        {label}
        {note && <em>{note}</em>}
      </label>
      <Control
        id={id}
        {...part("input")}
        className={classes("shl-in", className)}
        aria-describedby={text && `${id}h`}
        aria-invalid={fault !== undefined}
        autoComplete="off"
        spellCheck={false}
        onInput={(event) => {
          onText(event.currentTarget.value);
        }}
        {...rest}
      />
      {text && (
        <p id={`${id}h`} className={classes("shl-hint", fault && "shl-fault")}>
          {text}
        </p>
      )}
    </div>
  );
}

/** One of several, as a row of buttons. */
export function Pills<T extends string>({
  name,
  options,
  value,
  onChange,
}: {
  name: string;
  options: readonly (readonly [T, string])[];
  value: T;
  onChange: (value: T) => void;
}): ReactNode {
  return (
    <div className="shl-pills">
      {options.map(([option, text]) => (
        <label key={option} className="shl-pill">
          <input
            type="radio"
            name={name}
            value={option}
            checked={option === value}
            onChange={() => {
              onChange(option);
            }}
          />
          <span>{text}</span>
        </label>
      ))}
    </div>
  );
}
