/** Plain values: texts, dates, choices, yes or no. */
import { Icon } from "../Icon";
import { resolve, wordOf } from "./schema";
import { Combobox } from "./Combobox";
import { useDraft, type ControlProps } from "./control";

export const common = ({ id, field, context, describedBy, invalid }: ControlProps) => ({
  id,
  "data-testid": `field-${field.name}`,
  disabled: context.readonly,
  "aria-describedby": describedBy,
  "aria-invalid": invalid,
});

export function TextField(props: ControlProps) {
  const { field, value, write } = props;
  const [draft, setDraft] = useDraft(value === undefined || value === null ? "" : String(value), (text) => text);
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

/** A day, or a day and a time. */
export function DateField(props: ControlProps) {
  const { field, value, write } = props;
  const [draft, setDraft] = useDraft(typeof value === "string" ? value : "", (text) => text);
  return (
    <input
      {...common(props)}
      className="cb-input"
      type={field.kind === "date" ? "date" : "datetime-local"}
      value={draft}
      onChange={(event) => {
        setDraft(event.target.value);
        write(event.target.value === "" && field.nullable ? null : event.target.value);
      }}
    />
  );
}

export function FlagField(props: ControlProps) {
  const on = props.value === true;
  if (props.field.nullable) return <MaybeField {...props} />;
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

/** Yes, no, or neither. */
function MaybeField(props: ControlProps) {
  const { value, write } = props;
  return (
    <select {...common(props)} className="cb-input cb-select" value={typeof value === "boolean" ? String(value) : "none"}
      onChange={(event) => write(event.target.value === "none" ? null : event.target.value === "true")}>
      <option value="none">{props.field.placeholder || "Automatic"}</option>
      <option value="true">Yes</option>
      <option value="false">No</option>
    </select>
  );
}

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
      {(field.nullable || index < 0) && <option value="none">{field.nullable ? (field.placeholder || "None") : "Choose…"}</option>}
      {choices.map((choice, place) => (
        <option key={place} value={String(place)}>{wordOf(choice, field.schema)}</option>
      ))}
    </select>
  );
}

export function ChoicesField(props: ControlProps) {
  const { field, value, context, write } = props;
  const item = resolve(field.schema.items ?? {}, context.root).schema;
  const choices = item.enum ?? [];
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
            <span className="cb-chip-text">{wordOf(choice, item)}</span>
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

/** Nothing that we know how to draw; the test over all components keeps this from being seen. */
export function UnknownField({ field }: ControlProps) {
  return <p className="cb-hint cb-hint-warn"><Icon name="warning" /> {field.title} can only be set in the YAML.</p>;
}

export function FixedField({ field }: ControlProps) {
  return <p className="cb-hint">{String(field.schema.const)}</p>;
}
