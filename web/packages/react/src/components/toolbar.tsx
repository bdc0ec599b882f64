import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useEnvironment } from "../hooks/provider.tsx";
import type { KeyFilters } from "../hooks/use-api-keys.ts";
import type { ScopeDefinition } from "../session.ts";
import { Icon } from "./icon.tsx";
import { Button, part } from "./parts.tsx";

interface ToolbarProps {
  filters: KeyFilters;
  /** Without a change: all of them go. */
  onChange: (change?: KeyFilters) => void;
  scopes: readonly ScopeDefinition[];
  /** How many keys there are, for who listens as for who looks. */
  count: string;
}

const TYPING_MS = 250;
const DAYS = [7, 30, 90] as const;

export function isFiltered(filters: KeyFilters): boolean {
  return Object.values(filters).some(Boolean);
}

export function Toolbar({ filters, onChange, scopes, count }: ToolbarProps): ReactNode {
  const { messages } = useEnvironment();
  const texts = messages.filters;
  const on = [filters.status, filters.scope, filters.expiresWithin, filters.unusedFor].filter(Boolean).length;
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <div className="shl-toolbar">
      <Search
        text={filters.search ?? ""}
        label={texts.search}
        onChange={(search) => {
          onChange({ search });
        }}
      />
      <Button
        isSmall
        icon="filter"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => {
          setOpen(!isOpen);
        }}
      >
        {texts.filter} {on > 0 && <span className="shl-cnt-on">{on}</span>}
      </Button>
      <p className="shl-count" aria-live="polite">
        {count}
      </p>
      <div className="shl-filters" id={id} hidden={!isOpen}>
        <Selects filters={filters} onChange={onChange} scopes={scopes} />
        {isFiltered(filters) && (
          <button
            type="button"
            className="shl-link"
            onClick={() => {
              onChange();
            }}
          >
            {texts.clear}
          </button>
        )}
      </div>
    </div>
  );
}

function Selects({ filters, onChange, scopes }: Omit<ToolbarProps, "count">): ReactNode {
  const { table, status, filters: texts } = useEnvironment().messages;
  const days = DAYS.map((count) => [`${String(count)}d`, texts.days(count)] as const);
  const selects = [
    ["status", table.status, texts.any, Object.entries(status)],
    ["scope", table.scopes, texts.any, scopes.map(({ name }) => [name, name] as const)],
    ["expiresWithin", texts.expiresWithin, texts.anyTime, days],
    ["unusedFor", texts.unusedFor, texts.anyTime, days],
  ] as const;
  return selects.map(([name, label, any, options]) => (
    <Select
      key={name}
      label={label}
      any={any}
      value={filters[name]}
      options={options}
      onChange={(value) => {
        onChange({ [name]: value });
      }}
    />
  ));
}

interface SelectProps {
  label: string;
  any: string;
  value: string | undefined;
  options: readonly (readonly [string, string])[];
  onChange: (value: string | undefined) => void;
}

function Select({ label, any, value, options, onChange }: SelectProps): ReactNode {
  return (
    <label className="shl-filter">
      <span>{label}</span>
      <span className="shl-sel">
        <select
          {...part("input")}
          className="shl-in"
          value={value ?? ""}
          onChange={(event) => {
            onChange(event.currentTarget.value || undefined);
          }}
        >
          <option value="">{any}</option>
          {options.map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
        <Icon name="down" />
      </span>
    </label>
  );
}

/** Asks when the person has stopped typing. */
function Search({
  text,
  label,
  onChange,
}: {
  text: string;
  label: string;
  onChange: (text: string) => void;
}): ReactNode {
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  useEffect(() => {
    if (text === "" && field.current !== null) {
      field.current.value = "";
    }
  }, [text]);
  return (
    <label className="shl-search">
      <Icon name="search" />
      <input
        ref={field}
        {...part("input")}
        type="search"
        aria-label={label}
        placeholder={label}
        maxLength={512}
        autoComplete="off"
        spellCheck={false}
        defaultValue={text}
        onInput={(event) => {
          const { value } = event.currentTarget;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => {
            onChange(value);
          }, TYPING_MS);
        }}
      />
    </label>
  );
}
