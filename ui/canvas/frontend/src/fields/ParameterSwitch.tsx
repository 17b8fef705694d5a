/** The small switch beside a field's label: its value is a parameter of the pipeline, or written here. */
import { useRef, useState } from "react";
import { Icon } from "../Icon";
import { filledIn, inWords, parameterFor, referTo } from "../model/parameters";
import type { Json, Parameter } from "../protocol";
import { fitting, goesIntoText, parameterOfField, type ParameterOffer } from "./parameters";
import type { Field } from "./schema";

interface Props {
  field: Field;
  value: Json | undefined;
  offer: ParameterOffer;
  onChange(value: Json): void;
}

export function ParameterSwitch({ field, value, offer, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const found = fitting(offer.known, field);
  const fresh = parameterOfField(field, value);
  if (found.length === 0 && !fresh) return null;
  const into = goesIntoText(field, value);
  const put = (name: string): void => {
    setOpen(false);
    onChange(into ? `${String(value).trimEnd()} ${referTo(name)}` : referTo(name));
    button.current?.focus();
  };
  const label = `Use a parameter for ${field.title}`;
  return (
    <span className="cb-param-switch" ref={box} onBlur={(event) => { if (!box.current?.contains(event.relatedTarget)) setOpen(false); }}
      onKeyDown={(event) => { if (event.key === "Escape" && open) { event.stopPropagation(); setOpen(false); button.current?.focus(); } }}>
      <button ref={button} type="button" className="cb-reset" title={label} aria-label={label} aria-haspopup="menu" aria-expanded={open}
        data-testid={`parameter-${field.name}`} onClick={() => setOpen(!open)}>
        <Icon name="data_object" />
      </button>
      {open && (
        <div className="cb-menu cb-param-menu" role="menu" aria-label={label}>
          {found.map(([name, one], place) => (
            <button key={name} type="button" role="menuitem" autoFocus={place === 0} data-testid={`use-${name}`} onClick={() => put(name)}>
              <span className="cb-clip">{name}<small className="cb-clip">{into ? "Put into the text: " : ""}{inWords(one.default)}</small></span>
            </button>
          ))}
          {fresh && !into && (
            <button type="button" role="menuitem" autoFocus={found.length === 0} data-testid={`new-parameter-${field.name}`} onClick={() => put(offer.create(field.name, fresh))}>
              <Icon name="add" /><span>New parameter<small className="cb-clip">It begins with {inWords(fresh.default)}</small></span>
            </button>
          )}
        </div>
      )}
    </span>
  );
}

interface ValueProps {
  name: string;
  field: Field;
  offer: ParameterOffer;
  id: string;
  disabled: boolean;
  onChange(value: Json | undefined): void;
}

/** In place of the control: which parameter it is, what that is now, and the way back to a value of its own. */
export function ParameterValue({ name, field, offer, id, disabled, onChange }: ValueProps) {
  const parameter: Parameter | undefined = Object.hasOwn(offer.known, name) ? offer.known[name] : undefined;
  return (
    <div className="cb-param-value" data-testid={`field-${field.name}`}>
      <button id={id} type="button" className="cb-param-chip" onClick={offer.show} title="Show the parameters" disabled={!parameter}>
        <Icon name="data_object" /><span className="cb-clip">{name}</span>
      </button>
      <span className={`cb-clip${parameter ? "" : " cb-tone-bad cb-param-gone"}`}>{parameter ? `is ${inWords(parameter.default)}` : "is no parameter"}</span>
      {!disabled && (
        <>
          {!parameter && (
            <button type="button" className="cb-button cb-button-small" data-testid={`declare-${name}`} onClick={() => onChange(referTo(offer.create(name, parameterOfField(field, undefined) ?? parameterFor("text"))))}>Add it</button>
          )}
          <button type="button" className="cb-tool" aria-label={`Write a value for ${field.title} here`} title="Write a value here instead" data-testid={`own-value-${field.name}`}
            onClick={() => onChange(parameter?.default)}>
            <Icon name="edit" />
          </button>
        </>
      )}
    </div>
  );
}

/** Under a text that names parameters: what it says once they are put in. */
export function FilledIn({ value, offer }: { value: Json | undefined; offer: ParameterOffer }) {
  const text = typeof value === "string" ? filledIn(offer.known, value) : null;
  return text === null ? null : <p className="cb-hint" data-testid="filled-in"><Icon name="data_object" /> Now: {text}</p>;
}
