import { type ReactNode, useId } from "react";
import { useEnvironment } from "../../hooks/provider.tsx";
import type { Draft, Faults } from "../../logic/draft.ts";
import { Field } from "../field.tsx";
import { Icon } from "../icon.tsx";

const NAME_MAX = 100;
const DESCRIPTION_MAX = 1000;

export interface FieldsProps {
  draft: Draft;
  faults: Faults;
  onChange: (change: Partial<Draft>) => void;
}

export function NameFields({ draft, faults, onChange }: FieldsProps): ReactNode {
  const texts = useEnvironment().messages.create;
  return (
    <>
      <Field
        label={texts.name}
        hint={texts.nameHint}
        fault={faults.name}
        data-first=""
        required
        maxLength={NAME_MAX}
        defaultValue={draft.name}
        onText={(name) => {
          onChange({ name });
        }}
      />
      <Field
        label={texts.description}
        note={texts.optional}
        fault={faults.description}
        rows={2}
        maxLength={DESCRIPTION_MAX}
        spellCheck
        defaultValue={draft.description}
        onText={(description) => {
          onChange({ description });
        }}
      />
    </>
  );
}

export function VisibilityField({ draft, onChange }: Omit<FieldsProps, "faults">): ReactNode {
  const texts = useEnvironment().messages.create;
  const name = useId();
  const options = [
    [false, texts.secret, texts.secretLead],
    [true, texts.publishable, texts.publishableLead],
  ] as const;
  return (
    <fieldset className="shl-field">
      <legend className="shl-lbl">{texts.visibility}</legend>
      <div className="shl-opts">
        {options.map(([isPublic, title, lead]) => (
          <label key={title} className="shl-opt">
            <input
              type="radio"
              name={name}
              checked={draft.isPublic === isPublic}
              onChange={() => {
                onChange({ isPublic });
              }}
            />
            <span>
              <b>{title}</b>
              <small>{lead}</small>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** What most keys do without. Open from the start where something of it is needed or wrong. */
export function AdvancedFields({
  draft,
  faults,
  onChange,
  isNeeded,
}: FieldsProps & { isNeeded: boolean }): ReactNode {
  const texts = useEnvironment().messages.create;
  const isOpen = isNeeded || [faults.addresses, faults.metadata, faults.notBefore].some(Boolean);
  return (
    <details className="shl-more" open={isOpen || undefined}>
      <summary>
        <Icon name="right" />
        {texts.advanced}
        <span className="shl-hint">{texts.advancedLead}</span>
      </summary>
      <Field
        label={texts.addresses}
        hint={texts.addressesHint}
        fault={faults.addresses}
        rows={2}
        className="shl-mono"
        dir="ltr"
        defaultValue={draft.addresses}
        onText={(addresses) => {
          onChange({ addresses });
        }}
      />
      <Field
        label={texts.metadata}
        hint={texts.metadataHint}
        fault={faults.metadata}
        rows={2}
        className="shl-mono"
        dir="ltr"
        placeholder='{"cost_center": "R&D"}'
        defaultValue={draft.metadata}
        onText={(metadata) => {
          onChange({ metadata });
        }}
      />
      <Field
        label={texts.notBefore}
        fault={faults.notBefore}
        type="datetime-local"
        defaultValue={draft.notBefore}
        onText={(notBefore) => {
          onChange({ notBefore });
        }}
      />
    </details>
  );
}
