/** Several columns: everything of a kind, with exceptions, or names. */
import type { Column } from "../protocol";
import {
  kindIcon, kindsOf, ofKinds, readChoice, selected, selectorsFor, SELECTOR_LABEL, writeChoice, type Choice, type Selector,
} from "../panel/columns";
import { Chips } from "./Chips";
import { Combobox } from "./Combobox";
import { columnsFor, lackFor, type ControlProps } from "./control";

const asSuggestion = (column: Column) => ({
  value: column.name, label: column.name, icon: kindIcon(column.kind), about: column.type,
});

export function ColumnsField(props: ControlProps) {
  const { id, field, context, write, describedBy, invalid } = props;
  const kinds = kindsOf(field.schema);
  const fitting = ofKinds(columnsFor(props), kinds);
  const empty = props.value === undefined || props.value === null;
  const choice = readChoice(props.value);
  const put = (next: Choice): void => write(writeChoice(next));
  const mode = "names" in choice ? "names" : choice.select;
  const named = "names" in choice ? choice.names : choice.except;
  const pool = "names" in choice ? fitting : selected(fitting, choice.select);
  const rename = (names: string[]): void => put("names" in choice ? { names } : { ...choice, except: names });
  const known = new Map(columnsFor(props).map((column) => [column.name, column]));
  const warning = (name: string): string | undefined => {
    const column = known.get(name);
    if (!column) return known.size > 0 ? `${name} does not arrive at this node` : undefined;
    return kinds.length > 0 && !kinds.includes(column.kind) ? `${name} is ${column.kind}, which does not fit here` : undefined;
  };

  return (
    <div className={mode === "names" ? "cb-stack cb-names" : "cb-stack"} data-testid={`field-${field.name}`}>
      <select
        id={id}
        data-testid={`field-${field.name}-mode`}
        className="cb-input cb-select"
        value={mode}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        disabled={context.readonly}
        onChange={(event) => {
          const next = event.target.value;
          put(next === "names" ? { names: [] } : { select: next as Selector, except: [] });
        }}
      >
        {selectorsFor(kinds).map((selector) => (
          <option key={selector} value={selector}>{SELECTOR_LABEL[selector]}</option>
        ))}
        <option value="names">{empty && field.nullable ? "None chosen" : "Chosen columns"}</option>
      </select>
      {named.length > 0 && (
        <Chips
          items={named.map((name) => ({ text: name, icon: kindIcon(known.get(name)?.kind ?? ""), warning: warning(name) }))}
          label={mode === "names" ? "Chosen columns" : "Left out"}
          {...(mode === "names" ? { ordered: true } : { lead: "except" })}
          readonly={context.readonly}
          onChange={(places) => rename(places.map((place) => named[place] ?? ""))}
        />
      )}
      <Combobox
        label={mode === "names" ? "Add a column" : "Leave a column out"}
        placeholder={mode === "names" ? "Add a column…" : "Leave a column out…"}
        testId={`field-${field.name}-add`}
        suggestions={pool.filter((column) => !named.includes(column.name)).map(asSuggestion)}
        clearOnPick
        lack={lackFor(props, kinds)}
        free={known.size === 0}
        disabled={context.readonly}
        onPick={(name) => rename([...named, name])}
      />
      {mode !== "names" && known.size > 0 && (
        <p className="cb-hint">
          {pool.filter((column) => !named.includes(column.name)).length} of {known.size} columns now
        </p>
      )}
    </div>
  );
}
