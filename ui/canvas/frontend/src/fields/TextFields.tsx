/** Plain values: text, numbers, choices, yes or no, and lists of them. */
import { useId } from "react";
import type { Json, Schema } from "../protocol";
import { resolve } from "../schema";
import { mistake } from "../validate";
import { Icon } from "../Icon";
import { Chip } from "./Chip";
import { Combobox } from "./Combobox";
import { useDraft, type ControlProps } from "./control";

const common = ({ id, field, context, describedBy, invalid }: ControlProps) => ({
  id,
  "data-testid": `field-${field.name}`,
  disabled: context.readonly,
  "aria-describedby": describedBy,
  "aria-invalid": invalid,
});

export function TextField(props: ControlProps) {
  const { field, value, write } = props;
  const [draft, setDraft] = useDraft(typeof value === "string" ? value : "", (text) => text);
  const type = (text: string): void => {
    setDraft(text);
    write(text === "" && field.nullable ? null : text);
  };
  const long = field.kind === "paragraph";
  const shared = { ...common(props), className: "cb-input", value: draft, placeholder: field.placeholder, spellCheck: false };
  return long ? (
    <textarea {...shared} rows={4} onChange={(event) => type(event.target.value)} />
  ) : (
    <input {...shared} type="text" onChange={(event) => type(event.target.value)} />
  );
}

const readNumber = (text: string): number | null => {
  const number = Number(text.trim().replace(",", "."));
  return text.trim() !== "" && Number.isFinite(number) ? number : null;
};

export function NumberField(props: ControlProps) {
  const { field, value, write, refuse } = props;
  const external = typeof value === "number" ? String(value) : "";
  const [draft, setDraft] = useDraft(external, (text) => String(readNumber(text) ?? ""));
  const whole = field.schema.type === "integer";
  const type = (text: string): void => {
    setDraft(text);
    const number = readNumber(text);
    if (number !== null) write(number);
    else if (text.trim() === "" && field.nullable) write(null);
    else refuse(text.trim() === "" ? "Fill this in." : whole ? "Enter a whole number." : "Enter a number.");
  };
  const step = (direction: number): void => {
    const size = whole ? 1 : Math.abs(readNumber(draft) ?? 1) <= 1 ? 0.05 : 1;
    const next = (readNumber(draft) ?? 0) + direction * size;
    type(String(Math.round(next * 1e6) / 1e6));
  };
  return (
    <div className="cb-affix">
      <input
        {...common(props)}
        className="cb-input cb-number"
        type="text"
        inputMode={whole ? "numeric" : "decimal"}
        value={draft}
        placeholder={field.placeholder || (field.nullable ? "Automatic" : "")}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
          if (!direction) return;
          event.preventDefault();
          step(direction);
        }}
      />
      {field.unit && <span className="cb-unit">{field.unit}</span>}
    </div>
  );
}

export function FlagField(props: ControlProps) {
  const on = props.value === true;
  return (
    <button
      {...common(props)}
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={props.field.title}
      className="cb-switch"
      onClick={() => props.write(!on)}
    >
      <span className="cb-switch-track"><span className="cb-switch-knob" /></span>
      <span>{on ? "Yes" : "No"}</span>
    </button>
  );
}

const ACRONYMS = /\b(auc|roc|rmse|mae|mape|mse|iqr|sql|csv|json|pca|knn|id|r2|f1|l1|l2)\b/g;

const wordOf = (value: Json): string => {
  const text = String(value).replace(/_/g, " ").replace(ACRONYMS, (short) => short.toUpperCase());
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export function ChoiceField(props: ControlProps) {
  const { field, value, write } = props;
  const choices = field.schema.enum ?? [];
  const index = choices.findIndex((choice) => choice === value);
  return (
    <select
      {...common(props)}
      className="cb-input cb-select"
      value={index < 0 ? "none" : String(index)}
      onChange={(event) => write(event.target.value === "none" ? null : (choices[Number(event.target.value)] ?? null))}
    >
      {(field.nullable || index < 0) && <option value="none">{field.nullable ? "None" : "Choose…"}</option>}
      {choices.map((choice, place) => (
        <option key={place} value={String(place)}>{wordOf(choice)}</option>
      ))}
    </select>
  );
}

export function ChoicesField(props: ControlProps) {
  const { field, value, context, write } = props;
  const choices = resolve(field.schema.items ?? {}, context.root).schema.enum ?? [];
  const chosen = Array.isArray(value) ? value : [];
  return (
    <div className="cb-chips" role="group" id={props.id} data-testid={`field-${field.name}`} aria-describedby={props.describedBy}>
      {choices.map((choice) => {
        const on = chosen.includes(choice);
        const next = choices.filter((one) => (one === choice ? !on : chosen.includes(one)));
        return (
          <button
            key={String(choice)}
            type="button"
            aria-pressed={on}
            disabled={context.readonly}
            className="cb-chip cb-chip-button"
            onClick={() => write(next)}
          >
            {on && <Icon name="check" />}
            <span className="cb-chip-text">{wordOf(choice)}</span>
          </button>
        );
      })}
    </div>
  );
}

export function OptionField(props: ControlProps) {
  const { id, field, value, context, write, describedBy, invalid } = props;
  const options = context.options[(field.schema["x-options"] as string | undefined) ?? ""] ?? [];
  const chosen = typeof value === "string" ? value : "";
  const known = options.find((option) => option.value === chosen);
  if (options.length === 0) {
    return (
      <div className="cb-stack">
        <TextField {...props} />
        <p className="cb-hint">There is nothing to choose from yet.</p>
      </div>
    );
  }
  return (
    <div className="cb-stack">
      <Combobox
        id={id}
        testId={`field-${field.name}`}
        label={field.title}
        placeholder={field.placeholder || "Choose…"}
        value={known?.label ?? chosen}
        suggestions={options.map(({ value, label, about = "" }) => ({ value, label, about }))}
        disabled={context.readonly}
        describedBy={describedBy}
        invalid={invalid}
        onPick={(next) => write(next)}
      />
      {known?.about && <p className="cb-hint">{known.about}</p>}
      {chosen && !known && <p className="cb-hint cb-hint-warn"><Icon name="warning" /> “{chosen}” is not there (any more)</p>}
    </div>
  );
}

/** Texts as chips; numbers are read from them where the schema says so. */
export function ListField(props: ControlProps) {
  const { id, field, value, context, write, refuse, describedBy, invalid } = props;
  const items = Array.isArray(value) ? value : [];
  const item = field.schema.items ?? {};
  const add = (text: string): void => {
    const parts = field.kind === "numbers" ? text.split(/[\s,;]+/).filter(Boolean) : [text];
    const next: Json[] = parts.map((part) => (field.kind === "numbers" ? (readNumber(part) ?? part) : part));
    const wrong = next.map((one) => mistake(item, one, context.root)).find(Boolean);
    if (wrong) refuse(wrong);
    else write([...items, ...next]);
  };
  return (
    <div className="cb-stack">
      {items.length > 0 && (
        <div className="cb-chips">
          {items.map((one, place) => (
            <Chip
              key={`${place} ${String(one)}`}
              text={String(one)}
              onRemove={context.readonly ? undefined : () => write(items.filter((_, other) => other !== place))}
            />
          ))}
        </div>
      )}
      <Combobox
        id={id}
        testId={`field-${field.name}`}
        label={`Add to ${field.title}`}
        placeholder={field.placeholder || "Type and press Enter…"}
        suggestions={[]}
        free
        clearOnPick
        disabled={context.readonly}
        describedBy={describedBy}
        invalid={invalid}
        onPick={add}
      />
    </div>
  );
}

/** A number or one of some words, such as `max_features: 0.5 | "sqrt"`. */
export function MixedField(props: ControlProps) {
  const { field, value, context, write } = props;
  const listId = useId();
  const external = value === null || value === undefined ? "" : String(value);
  const [draft, setDraft] = useDraft(external, (text) => text.trim());
  const options: Schema[] = (field.schema.anyOf ?? field.schema.oneOf ?? []).map((one) => resolve(one, context.root).schema);
  const words = options.flatMap((one) => one.enum ?? (one.const !== undefined ? [one.const] : one.type === "boolean" ? [true, false] : []));
  const read = (text: string): Json => {
    const number = readNumber(text);
    const numeric = options.some((one) => one.type === "number" || one.type === "integer");
    if (numeric && number !== null) return number;
    if (text === "true" || text === "false") return options.some((one) => one.type === "boolean") ? text === "true" : text;
    return text;
  };
  return (
    <>
      <input
        {...common(props)}
        className="cb-input"
        type="text"
        list={listId}
        value={draft}
        placeholder={field.placeholder || (field.nullable ? "Automatic" : "")}
        onChange={(event) => {
          setDraft(event.target.value);
          const text = event.target.value.trim();
          write(text === "" && field.nullable ? null : read(text));
        }}
      />
      <datalist id={listId}>
        {words.map((word) => <option key={String(word)} value={String(word)} />)}
      </datalist>
    </>
  );
}

export function JsonField(props: ControlProps) {
  const { value, write, refuse } = props;
  const external = value === undefined ? "" : JSON.stringify(value, null, 2);
  const canonical = (text: string): string => {
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  };
  const [draft, setDraft] = useDraft(external, canonical);
  const type = (text: string): void => {
    setDraft(text);
    let parsed: Json;
    try {
      parsed = JSON.parse(text) as Json;
    } catch {
      return refuse("This is not valid JSON yet.");
    }
    write(parsed);
  };
  return (
    <textarea {...common(props)} className="cb-input cb-code" rows={4} spellCheck={false} value={draft}
      onChange={(event) => type(event.target.value)} />
  );
}

export function FixedField({ field }: ControlProps) {
  return <p className="cb-hint">{String(field.schema.const)}</p>;
}
