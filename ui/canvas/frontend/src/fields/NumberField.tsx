/** Numbers: typed, or changed step by step within their bounds; several of them in fixed places; or a number or a word. */
import { Icon } from "../Icon";
import type { Json, Schema } from "../protocol";
import { resolve, sentence, wordOf } from "./schema";
import { useDraft, type ControlProps } from "./control";
import { common } from "./TextFields";

export const readNumber = (text: string): number | null => {
  const number = Number(text.trim().replace(",", "."));
  return text.trim() !== "" && Number.isFinite(number) ? number : null;
};

const bound = (schema: Schema, open: string, closed: string): number | null => {
  const value = schema[closed] ?? schema[open];
  return typeof value === "number" ? value : null;
};

/** The next number up or down: by one, or in the leading digit of a fraction, never beyond the bounds. */
export function stepped(schema: Schema, from: number | null, direction: number): number {
  const least = bound(schema, "exclusiveMinimum", "minimum");
  const most = bound(schema, "exclusiveMaximum", "maximum");
  const start = from ?? least ?? 0;
  const narrow = least !== null && most !== null && most - least <= 2;
  const digit = 10 ** Math.floor(Math.log10(Math.abs(start) || 1));
  const size = schema.type === "integer" ? 1 : narrow && Math.abs(start) >= 0.05 ? 0.05 : Math.abs(start) < 1 && start !== 0 ? digit : start === 0 && narrow ? 0.05 : 1;
  const next = Number((start + direction * (direction < 0 && start === digit && digit < 1 ? size / 10 : size)).toPrecision(12));
  const beyond = (most !== null && (next > most || (next === most && schema.maximum === undefined))) ||
    (least !== null && (next < least || (next === least && schema.minimum === undefined)));
  return beyond ? start : next;
}

export function NumberField(props: ControlProps) {
  const { field, value, write, refuse, context } = props;
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
  const step = (direction: number): void => type(String(stepped(field.schema, readNumber(draft), direction)));
  return (
    <div className="cb-affix">
      <input
        {...common(props)}
        className="cb-input cb-number"
        type="text"
        role="spinbutton"
        aria-valuenow={spelled(readNumber(draft))}
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
      <span className="cb-affix-end">
        {field.unit && <span className="cb-unit">{field.unit}</span>}
        {!context.readonly && (
          <span className="cb-steps">
            <button type="button" tabIndex={-1} aria-label={`Less ${field.title}`} onClick={() => step(-1)}><Icon name="remove" /></button>
            <button type="button" tabIndex={-1} aria-label={`More ${field.title}`} onClick={() => step(1)}><Icon name="add" /></button>
          </span>
        )}
      </span>
    </div>
  );
}

/** So many values in fixed places, such as the shortest and the longest. */
export function TupleField({ id, field, value, context, write, invalid }: ControlProps) {
  const places = (field.schema.prefixItems as Schema[]).map((one) => resolve(one, context.root).schema);
  const items = Array.isArray(value) ? value : places.map(() => null);
  return (
    <div className="cb-row" id={id} role="group" aria-label={field.title} data-testid={`field-${field.name}`}>
      {places.map((place, index) => (
        <TuplePart
          key={index}
          label={`${field.title} ${place.title ? sentence(String(place.title)) : index + 1}`}
          value={items[index] ?? null}
          numeric={place.type === "number" || place.type === "integer"}
          disabled={context.readonly}
          invalid={invalid}
          onChange={(next) => write(places.map((_, other) => (other === index ? next : (items[other] ?? null))))}
        />
      ))}
    </div>
  );
}

interface PartProps {
  label: string;
  value: Json;
  numeric: boolean;
  disabled: boolean;
  invalid: boolean;
  onChange(value: Json): void;
}

function TuplePart({ label, value, numeric, disabled, invalid, onChange }: PartProps) {
  const [draft, setDraft] = useDraft(value === null ? "" : String(value), (text) => text.trim());
  return (
    <input
      className="cb-input cb-number"
      aria-label={label}
      aria-invalid={invalid}
      disabled={disabled}
      value={draft}
      onChange={(event) => {
        setDraft(event.target.value);
        onChange(numeric ? readNumber(event.target.value) : event.target.value);
      }}
    />
  );
}

/** A number or one of some words, such as `max_features: 0.5 | "sqrt"`. */
export function MixedField(props: ControlProps) {
  const { field, value, context, write, refuse } = props;
  const options: Schema[] = (field.schema.anyOf ?? field.schema.oneOf ?? []).map((one) => resolve(one, context.root).schema);
  const words: Json[] = options.flatMap((one) => one.enum ?? (one.const !== undefined ? [one.const] : one.type === "boolean" ? [true, false] : []));
  const [draft, setDraft] = useDraft(typeof value === "number" ? String(value) : "", (text) => String(readNumber(text) ?? ""));
  if (!options.some((one) => one.type === "number" || one.type === "integer")) return <WordsField {...props} words={words} />;
  const chosen = value === undefined ? null : value;
  return (
    <div className="cb-row">
      {[...(field.nullable ? [null] : []), ...words].map((word) => (
        <button
          key={String(word)}
          type="button"
          className="cb-chip cb-chip-button cb-chip-tall"
          aria-pressed={chosen === word}
          disabled={context.readonly}
          onClick={() => {
            setDraft("");
            write(word);
          }}
        >
          <span className="cb-chip-text">{word === null ? "Automatic" : wordOf(word, field.schema)}</span>
        </button>
      ))}
      <input
        {...common(props)}
        className="cb-input cb-number"
        type="text"
        inputMode="decimal"
        value={draft}
        placeholder="or a number"
        onChange={(event) => {
          setDraft(event.target.value);
          const number = readNumber(event.target.value);
          if (number !== null) write(number);
          else if (event.target.value.trim() !== "") refuse("Enter a number, or choose a word.");
        }}
      />
    </div>
  );
}

/** One of some words of several types, such as `"auto" | true | false`. */
function WordsField(props: ControlProps & { words: Json[] }) {
  const { field, value, write, words } = props;
  const index = words.findIndex((word) => word === value);
  return (
    <select {...common(props)} className="cb-input cb-select" value={index < 0 ? "none" : String(index)}
      onChange={(event) => write(event.target.value === "none" ? null : (words[Number(event.target.value)] ?? null))}>
      {(field.nullable || index < 0) && <option value="none">{field.nullable ? "Automatic" : "Choose…"}</option>}
      {words.map((word, place) => (
        <option key={place} value={String(place)}>{word === true ? "Yes" : word === false ? "No" : wordOf(word, field.schema)}</option>
      ))}
    </select>
  );
}

/** Without a power of ten, which an attribute of ARIA may not have. */
const spelled = (value: number | null): number | undefined =>
  value === null || /e/.test(String(value)) ? undefined : value;
