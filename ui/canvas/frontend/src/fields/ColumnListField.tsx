/** Columns by name, in an order that matters. */
import type { Schema } from "../protocol";
import { kindIcon, kindsOf, ofKinds } from "../panel/columns";
import { resolve } from "./schema";
import { Chips } from "./Chips";
import { Combobox } from "./Combobox";
import { columnsFor, lackFor, type ControlProps } from "./control";

/** Where the mark stands: on the list, or on what is in it. */
const marked = (schema: Schema, root: Schema): Schema =>
  schema["x-widget"] === "column" ? schema : resolve(schema.items ?? {}, root).schema;

export function ColumnListField(props: ControlProps) {
  const { id, field, value, context, write, describedBy, invalid } = props;
  const schema = marked(field.schema, context.root);
  const all = columnsFor({ ...props, field: { ...field, schema } });
  const names = Array.isArray(value) ? value.map(String) : [];
  const known = new Map(all.map((column) => [column.name, column]));
  const kinds = kindsOf(schema);
  const warning = (name: string): string | undefined => {
    const column = known.get(name);
    if (!column) return known.size > 0 ? `${name} does not arrive at this node` : undefined;
    return kinds.length > 0 && !kinds.includes(column.kind) ? `${name} is ${column.kind}, which does not fit here` : undefined;
  };
  return (
    <div className="cb-stack">
      {names.length > 0 && (
        <Chips
          items={names.map((name) => ({ text: name, icon: kindIcon(known.get(name)?.kind ?? ""), warning: warning(name) }))}
          label={field.title}
          ordered
          readonly={context.readonly}
          onChange={(places) => write(places.map((place) => names[place] ?? ""))}
        />
      )}
      <Combobox
        id={id}
        testId={`field-${field.name}`}
        label={`Add to ${field.title}`}
        placeholder={field.placeholder || "Add a column…"}
        suggestions={ofKinds(all, kinds).filter((column) => !names.includes(column.name)).map((column) => ({
          value: column.name, label: column.name, icon: kindIcon(column.kind), about: column.type,
        }))}
        clearOnPick
        lack={lackFor({ ...props, field: { ...field, schema } }, kinds)}
        free={known.size === 0}
        disabled={context.readonly}
        describedBy={describedBy}
        invalid={invalid}
        onPick={(name) => write([...names, name])}
      />
    </div>
  );
}
