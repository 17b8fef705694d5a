/** Lists of plain values as chips in their order: texts, numbers, or both. */
import type { Json, Schema } from "../protocol";
import { resolve } from "./schema";
import { mistake } from "./validate";
import { Chips } from "./Chips";
import { Combobox } from "./Combobox";
import { readConstant } from "./ConstantField";
import type { ControlProps } from "./control";
import { readNumber } from "./NumberField";

const PLACEHOLDER: { [kind: string]: string } = {
  numbers: "Type numbers and press Enter…",
  texts: "Type and press Enter…",
  constants: "Type and press Enter…",
};

export function ListField(props: ControlProps) {
  const { id, field, value, context, write, refuse, describedBy, invalid } = props;
  const items = Array.isArray(value) ? value : [];
  const item: Schema = resolve(field.schema.items ?? {}, context.root).schema;
  const read = (text: string): Json[] => {
    if (field.kind === "numbers") return text.split(/[\s,;]+/).filter(Boolean).map((part) => readNumber(part) ?? part);
    return [field.kind === "constants" ? readConstant(text) : text];
  };
  const add = (text: string): void => {
    const next = read(text);
    const wrong = next.map((one) => mistake(item, one, context.root)).find(Boolean);
    if (wrong) refuse(wrong);
    else write([...items, ...next]);
  };
  return (
    <div className="cb-stack">
      {items.length > 0 && (
        <Chips
          items={items.map((one) => ({ text: String(one) }))}
          label={field.title}
          ordered
          readonly={context.readonly}
          onChange={(places) => write(places.map((place) => items[place] ?? null))}
        />
      )}
      <Combobox
        id={id}
        testId={`field-${field.name}`}
        label={`Add to ${field.title}`}
        placeholder={field.placeholder || PLACEHOLDER[field.kind] || ""}
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
